// Orders of steps that a random history shows only now and then: each has a history of its own.
import { expect, test } from "vitest";
import {
  archived,
  firstViolation,
  type History,
  killedBeforeSync,
  restored,
} from "./test_directed_history.ts";
import { DIRECTED_MUTANTS } from "./test_directed_mutants.ts";
import { type Mutant, SOUND } from "./test_mutant.ts";

const HISTORIES: Readonly<Record<keyof typeof DIRECTED_MUTANTS, History>> = {
  "an archive removes the log before the archive is synced": archived,
  "an archive's draft goes before the archive's name is durable": archived,
  "a restore removes the archive before the log is synced": restored,
  "a restored log's draft goes before the log's name is durable": restored,
  "a start puts a frame into the logs before the frame is durable": killedBeforeSync,
};

test.each(Object.entries({ archived, restored, killedBeforeSync }))(
  "no power cut of the history %s leaves anything that is wrong",
  async (_name, history) => {
    expect(await firstViolation(history, SOUND)).toBeUndefined();
  },
);

test.each(Object.entries<Mutant>(DIRECTED_MUTANTS))(
  "a directed power cut shows that %s",
  async (name, mutant) => {
    expect(await firstViolation(HISTORIES[name as keyof typeof HISTORIES], mutant)).toBeDefined();
  },
);
