import { DockerfileParser, type From, ModifiableInstruction } from "dockerfile-ast";

/** One instruction, such as `COPY --from=build /app ./`. */
export interface Step {
  readonly keyword: string;
  readonly line: number;
  /** Its flags by their names; one without a value holds an empty text. */
  readonly flags: Readonly<Record<string, string>>;
  /** What stands after the flags, word by word. */
  readonly words: readonly string[];
  /** The command of the exec form; undefined for the shell form. */
  readonly command: readonly string[] | undefined;
  /** What stands after the flags, with continued lines joined. */
  readonly text: string;
}

/** What one FROM begins. */
export interface Stage {
  readonly line: number;
  /** `node:24.21.0-bookworm-slim`, or the name of an earlier stage. */
  readonly image: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
  readonly name: string | undefined;
  readonly has_platform: boolean;
  readonly steps: readonly Step[];
}

/** A Dockerfile's stages, in order. Steps before the first FROM belong to none and are left out. */
export function stagesOf(text: string): Stage[] {
  const stages: (Stage & { steps: Step[] })[] = [];
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    const keyword = instruction.getKeyword();
    const line = instruction.getRange().start.line + 1;
    if (keyword === "FROM") {
      stages.push(stageOf(instruction as From, line));
      continue;
    }
    const flags = instruction instanceof ModifiableInstruction ? instruction.getFlags() : [];
    const words = instruction.getArguments().map((word) => word.getValue());
    const text = words.join(" ");
    stages.at(-1)?.steps.push({
      keyword,
      line,
      flags: Object.fromEntries(flags.map((flag) => [flag.getName(), flag.getValue() ?? ""])),
      words,
      command: commandOf(keyword, text),
      text,
    });
  }
  return stages;
}

function stageOf(from: From, line: number): Stage & { steps: Step[] } {
  return {
    line,
    image: from.getImage() ?? "",
    tag: from.getImageTag() ?? undefined,
    digest: from.getImageDigest() ?? undefined,
    name: from.getBuildStage() ?? undefined,
    has_platform: from.getPlatformFlag() !== null,
    steps: [],
  };
}

/** @throws SyntaxError for what begins like an exec form and is none: a shell would be given it */
function commandOf(keyword: string, text: string): string[] | undefined {
  const command = keyword === "HEALTHCHECK" ? text.replace(/^CMD /, "") : text;
  return command.startsWith("[") ? JSON.parse(command) : undefined;
}
