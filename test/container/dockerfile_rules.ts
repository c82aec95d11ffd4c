// What hadolint (https://github.com/hadolint/hadolint) would say of a Dockerfile, as far as its rules touch what we
// use, under its names; and a few rules of our own, which begin with SL.
import { type Stage, type Step, stagesOf } from "./dockerfile.ts";

/** A rule looks at all stages and says on which lines it is broken. */
type Rule = (stages: readonly Stage[]) => readonly number[];

const SHELL_PROGRAMS_WITHOUT_SENSE =
  /(?:^|[\s;&|])(?:ssh|vim|shutdown|service|ps|free|top|kill|mount)(?=\s|$)/;

const RULES: Readonly<Record<string, Rule>> = {
  "DL3000 WORKDIR is absolute": steps(({ keyword, text }) => keyword === "WORKDIR" && !text.startsWith("/")),
  "DL3001 no command that makes no sense in a container": runs(SHELL_PROGRAMS_WITHOUT_SENSE),
  "DL3002 the last USER is not root": (stages) =>
    lastUsers(stages)
      .filter(({ text }) => /^(?:root|0)(?::|$)/.test(text))
      .map(({ line }) => line),
  "DL3003 WORKDIR in place of cd": runs(/(?:^|[;&|]\s*)cd\s/),
  "DL3004 no sudo": runs(/(?:^|[\s;&|])sudo\s/),
  "DL3006 the base image has a tag": base(({ tag, digest }) => tag === undefined && digest === undefined),
  "DL3007 and that is not latest": base(({ tag }) => tag === "latest"),
  "DL3008 apt-get pins versions": runs(/apt-get\s+install(?![^;&|]*=)/),
  "DL3011 ports exist": steps(
    ({ keyword, words }) => keyword === "EXPOSE" && words.some((port) => Number.parseInt(port, 10) > 65_535),
  ),
  "DL3012 one HEALTHCHECK": repeated("HEALTHCHECK"),
  "DL3016 npm pins versions": runs(/npm\s+(?:install|i)\s+(?:-\S+\s+)*[a-z][\w-]*(?=\s|$)/),
  "DL3020 COPY in place of ADD": steps(({ keyword }) => keyword === "ADD"),
  "DL3021 several files are copied to a folder": steps(
    ({ keyword, words }) => keyword === "COPY" && words.length > 2 && !words.at(-1)!.endsWith("/"),
  ),
  "DL3022 COPY --from names an earlier stage": (stages) =>
    stages.flatMap((stage, index) => {
      const names = stages.slice(0, index).map(({ name }) => name);
      return stage.steps
        .filter(({ flags }) => flags["from"] !== undefined && !names.includes(flags["from"]))
        .map(({ line }) => line);
    }),
  "DL3024 the names of stages differ": (stages) =>
    stages
      .filter(({ name }, index) =>
        stages.slice(0, index).some((other) => name !== undefined && other.name === name),
      )
      .map(({ line }) => line),
  "DL3025 CMD and ENTRYPOINT have the exec form": steps(
    ({ keyword, command }) => ["CMD", "ENTRYPOINT"].includes(keyword) && command === undefined,
  ),
  "DL3029 no --platform": (stages) =>
    stages.filter(({ has_platform }) => has_platform).map(({ line }) => line),
  "DL3045 a relative COPY has a WORKDIR": (stages) =>
    stages.flatMap(({ steps: each }) => {
      const workdir = each.findIndex(({ keyword }) => keyword === "WORKDIR");
      return each
        .filter(
          ({ keyword, words }, at) =>
            keyword === "COPY" && !words.at(-1)!.startsWith("/") && (workdir < 0 || at < workdir),
        )
        .map(({ line }) => line);
    }),
  "DL3057 there is a HEALTHCHECK": (stages) =>
    last(stages)?.steps.some(({ keyword }) => keyword === "HEALTHCHECK") ? [] : [last(stages)?.line ?? 1],
  "DL3059 one RUN after another is one": (stages) =>
    stages.flatMap(({ steps: each }) =>
      each
        .filter(({ keyword }, at) => keyword === "RUN" && each[at - 1]?.keyword === "RUN")
        .map(({ line }) => line),
    ),
  "DL4000 no MAINTAINER": steps(({ keyword }) => keyword === "MAINTAINER"),
  "DL4003 one CMD": repeated("CMD"),
  "DL4004 one ENTRYPOINT": repeated("ENTRYPOINT"),
  "SL1 the tag of the base image is a whole version": base(
    ({ tag, digest }) => digest === undefined && !/^\d+\.\d+\.\d+-/.test(tag ?? ""),
  ),
  "SL2 there is a USER, by number": (stages) =>
    lastUsers(stages).some(({ text }) => /^[1-9]\d*:[1-9]\d*$/.test(text)) ? [] : [last(stages)?.line ?? 1],
  "SL3 the process is the server itself": (stages) =>
    lastSteps(stages)
      .filter(({ keyword, command = [] }) => keyword === "CMD" && command[0] !== "node")
      .map(({ line }) => line),
  "SL4 the HEALTHCHECK needs nothing but node": (stages) =>
    lastSteps(stages)
      .filter(({ keyword, command = [] }) => keyword === "HEALTHCHECK" && command[0] !== "node")
      .map(({ line }) => line),
  "SL5 what is copied is named": steps(
    ({ keyword, words, flags }) => keyword === "COPY" && flags["from"] === undefined && words[0] === ".",
  ),
};

/** Every rule that a Dockerfile breaks, with the line. */
export function dockerfileViolations(text: string): string[] {
  const stages = stagesOf(text);
  if (stages.length === 0) return ["1: there is no FROM"];
  return Object.entries(RULES).flatMap(([name, rule]) => rule(stages).map((line) => `${line}: ${name}`));
}

function last(stages: readonly Stage[]): Stage | undefined {
  return stages.at(-1);
}

function lastSteps(stages: readonly Stage[]): readonly Step[] {
  return last(stages)?.steps ?? [];
}

/** The USER that the process runs as, if there is one. */
function lastUsers(stages: readonly Stage[]): readonly Step[] {
  return lastSteps(stages)
    .filter(({ keyword }) => keyword === "USER")
    .slice(-1);
}

function steps(isBroken: (step: Step) => boolean): Rule {
  return (stages) => stages.flatMap((stage) => stage.steps.filter(isBroken).map(({ line }) => line));
}

function runs(pattern: RegExp): Rule {
  return steps(({ keyword, text }) => keyword === "RUN" && pattern.test(text));
}

/** A stage that goes on from an earlier one has no image of its own. */
function base(isBroken: (stage: Stage) => boolean): Rule {
  return (stages) => {
    const names = stages.map(({ name }) => name);
    return stages.filter((stage) => !names.includes(stage.image) && isBroken(stage)).map(({ line }) => line);
  };
}

function repeated(keyword: string): Rule {
  return (stages) =>
    stages.flatMap((stage) =>
      stage.steps
        .filter((step) => step.keyword === keyword)
        .slice(1)
        .map(({ line }) => line),
    );
}
