import { describe, expect, test } from "vitest";
import { readPage } from "../docs/repository_pages.ts";
import { dockerfileViolations } from "./dockerfile_rules.ts";

const DOCKERFILE = readPage("Dockerfile");

const CMD = 'CMD ["node", "apps/server/src/main.ts"]';
const CHECK = /^HEALTHCHECK .*$/m;
const BUILD = "AS build";

test("the Dockerfile breaks no rule", () => {
  expect(dockerfileViolations(DOCKERFILE)).toEqual([]);
});

test("its Node is the one that set-up fetches", () => {
  const fetched = /NODE_FETCHED = "([\d.]+)"/.exec(readPage("scripts/setup.mjs"))?.[1];
  expect(fetched).toMatch(/^\d/);
  for (const [, version] of DOCKERFILE.matchAll(/^FROM node:([\d.]+)/gm)) expect(version).toBe(fetched);
});

describe("a Dockerfile", () => {
  test.each<[string, string | RegExp, string]>([
    ["DL3000", "WORKDIR /app", "WORKDIR app"],
    ["DL3001", "RUN node", "RUN kill 1; node"],
    ["DL3002", "USER 1000:1000", "USER 1000:1000\nUSER root"],
    ["DL3003", "RUN node", "RUN cd scripts && node"],
    ["DL3004", "RUN node", "RUN sudo node"],
    ["DL3006", "node:24.21.0-bookworm-slim AS", "node AS"],
    ["DL3007", "node:24.21.0-bookworm-slim AS", "node:latest AS"],
    ["DL3008", "RUN node", "RUN apt-get install -y curl && node"],
    ["DL3011", "EXPOSE 3000", "EXPOSE 80000"],
    ["DL3012", CHECK, 'HEALTHCHECK CMD ["node", "a"]\nHEALTHCHECK CMD ["node", "b"]'],
    ["DL3016", "RUN node", "RUN npm install -g pnpm && node"],
    ["DL3020", "COPY apps apps", "ADD apps apps"],
    ["DL3021", "pnpm-workspace.yaml ./", "pnpm-workspace.yaml there"],
    ["DL3022", "--from=build /app", "--from=other /app"],
    ["DL3024", "FROM node:24.21.0-bookworm-slim\n", "FROM node:24.21.0-bookworm-slim AS build\n"],
    ["DL3025", CMD, "CMD node apps/server/src/main.ts"],
    [
      "DL3029",
      "FROM node:24.21.0-bookworm-slim\n",
      "FROM --platform=linux/amd64 node:24.21.0-bookworm-slim\n",
    ],
    ["DL3045", BUILD, `${BUILD}\nCOPY LICENSE ./`],
    ["DL3057", CHECK, ""],
    ["DL3059", "RUN node", "RUN true\nRUN node"],
    ["DL4000", "USER 1000", "MAINTAINER somebody\nUSER 1000"],
    ["DL4003", CMD, `${CMD}\n${CMD}`],
    ["DL4004", CMD, 'ENTRYPOINT ["node"]\nENTRYPOINT ["node"]'],
    ["SL1", "24.21.0-bookworm-slim AS", "24-bookworm-slim AS"],
    ["SL2", "USER 1000:1000", "USER node"],
    ["SL3", CMD, 'CMD ["npm", "start"]'],
    ["SL4", CHECK, 'HEALTHCHECK CMD ["curl", "-f", "http://localhost:3000/livez"]'],
    ["SL5", "COPY apps apps", "COPY . ./"],
  ])("that breaks %s is caught", (rule, from, to) => {
    const changed = DOCKERFILE.replace(from, to);
    expect(changed).not.toBe(DOCKERFILE);
    expect(dockerfileViolations(changed).join("\n")).toContain(rule);
  });

  test("without a FROM is caught", () => {
    expect(dockerfileViolations("# nothing\n")).toEqual(["1: there is no FROM"]);
  });
});
