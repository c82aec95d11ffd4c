import type { Recorder } from "@session-ledger/schema_recorder";
import { afterEach, beforeEach } from "vitest";
import type { StoreFactory, StoreUnderTest } from "./store_factory.ts";

const FIRST_INSTANT = Date.parse("2026-11-21T09:30:00.123Z");

/** A fresh store for each test, a recorder on it, and the clock that its recorders read. */
export interface Bench {
  readonly recorder: Recorder;
  /** The present time, in milliseconds since the epoch. It stands still until a test moves it. */
  now: number;
  /** Closes the recorder and opens the next one on the same store. */
  restart(): Promise<Recorder>;
  /** Opens a second recorder beside the first. */
  openRival(): Promise<Recorder>;
}

/** Sets up a bench for every test of the enclosing `describe`, and clears it away afterwards. */
export function useBench(factory: StoreFactory): Bench {
  let store: StoreUnderTest;
  let recorder: Recorder;
  let opened: Recorder[];

  const open = async (): Promise<Recorder> => {
    const next = await store.open();
    opened.push(next);
    return next;
  };
  const bench: Bench = {
    get recorder() {
      return recorder;
    },
    now: FIRST_INSTANT,
    restart: async () => {
      await recorder.close();
      recorder = await open();
      return recorder;
    },
    openRival: open,
  };

  beforeEach(async () => {
    bench.now = FIRST_INSTANT;
    opened = [];
    store = await factory.create(() => bench.now);
    recorder = await open();
  });
  afterEach(async () => {
    for (const each of opened) await each.close();
    await store.remove();
  });
  return bench;
}
