import { readConfig } from "@session-ledger/server";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { readPage } from "../docs/repository_pages.ts";
import { stagesOf } from "./dockerfile.ts";

interface Service {
  readonly volumes: readonly string[];
  readonly ports: readonly string[];
  readonly secrets: readonly string[];
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly stop_grace_period: string;
  readonly deploy?: object;
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, unknown>>;
}

const { services, volumes, secrets } = parse(readPage("compose.yaml")) as Compose;
const steps = stagesOf(readPage("Dockerfile")).at(-1)!.steps;

function wordsOf(keyword: string): readonly string[] {
  return steps.filter((step) => step.keyword === keyword).flatMap(({ words }) => words);
}

test("compose runs one writer, on a volume of its own", () => {
  expect(Object.keys(services)).toEqual(["ledger"]);
  const [volume = "", target] = services["ledger"]!.volumes[0]!.split(":");
  expect(volumes).toHaveProperty(volume);
  expect([target]).toEqual(wordsOf("VOLUME"));
  expect(services["ledger"]).not.toHaveProperty("deploy");
});

test("compose publishes the image's port on loopback alone", () => {
  expect(services["ledger"]!.ports).toEqual(wordsOf("EXPOSE").map((port) => `127.0.0.1:${port}:${port}`));
});

test("compose gives the keys where the image looks for them", () => {
  const [secret = ""] = services["ledger"]!.secrets;
  expect(secrets).toHaveProperty(secret);
  expect(wordsOf("ENV")).toContain(`LEDGER_API_KEYS=/run/secrets/${secret}`);
});

test("compose takes from the process what it does not need", () => {
  expect(services["ledger"]).toMatchObject({
    read_only: true,
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
  });
});

test("compose waits for a stop longer than a stop may take", () => {
  const seconds = Number.parseInt(services["ledger"]!.stop_grace_period, 10);
  expect(seconds).toBeGreaterThan(readConfig({}).shutdown_seconds_max);
});
