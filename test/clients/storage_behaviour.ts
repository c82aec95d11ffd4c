import { randomBytes } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { LedgerStorage, type RecordStore } from "@session-ledger/strands_session";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

/** Makes a ledger of its own, and gives stores on it, each as if in another process. */
export type OpenLedger = () => Promise<() => RecordStore>;

export interface BehaviourSizes {
  /** How many rows of commands the model is compared with. */
  readonly model_runs: number;
  /** How often four writers meet. */
  readonly rounds: number;
}

const MIB = 1024 * 1024;
const WRITERS = 4;

const KEYS = [
  "session/s1/scopes/agent/a/snapshots/snapshot_latest.json",
  "session/s1/scopes/agent/a/snapshots/immutable_history/snapshot_1.json",
  "session/s2/scopes/agent/a/snapshots/snapshot_latest.json",
  "memory/notes.json",
  "plain",
  "",
  "/",
  "//a",
  "a/../b/c",
  "é\u{1f600}/中/\u0000\n",
  `${"long".repeat(100)}/b/c`,
];

type Step =
  | { readonly act: "write"; readonly key: string; readonly bytes: Uint8Array }
  | { readonly act: "delete"; readonly key: string };

const key = fc.constantFrom(...KEYS);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ act: fc.constant("write"), key, bytes: fc.uint8Array({ maxLength: 200 }) }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("delete"), key }) },
);

/** What every ledger's storage does. */
export function describeStorage(name: string, openLedger: OpenLedger, sizes: BehaviourSizes): void {
  describe(`the storage on ${name}`, () => {
    test("is a map of opaque bytes under any key, to everyone who has it", async () => {
      const row = fc.array(fc.tuple(fc.nat(1), step), { maxLength: 10 });
      const check = async (steps: readonly (readonly [number, Step])[]): Promise<void> => {
        const openStore = await openLedger();
        const storages = [new LedgerStorage(openStore()), new LedgerStorage(openStore())] as const;
        const model = new Map<string, string>();
        for (const [who, each] of steps) {
          const storage = storages[who as 0 | 1];
          if (each.act === "write") {
            await storage.write(each.key, each.bytes);
            model.set(each.key, Buffer.from(each.bytes).toString("hex"));
          } else {
            await storage.delete(each.key);
            model.delete(each.key);
          }
        }
        for (const storage of [...storages, new LedgerStorage(openStore())]) {
          expect(await storage.list("")).toEqual([...model.keys()].sort());
          for (const prefix of [
            "session/",
            "session/s1/",
            "session/s1/scopes/agent/",
            "/",
            "a",
            "memory/n",
          ]) {
            expect(await storage.list(prefix)).toEqual(
              [...model.keys()].filter((each) => each.startsWith(prefix)).sort(),
            );
          }
          for (const each of KEYS) {
            const bytes = await storage.read(each);
            expect(bytes === null ? undefined : Buffer.from(bytes).toString("hex")).toBe(model.get(each));
          }
        }
      };
      await fc.assert(fc.asyncProperty(row, check), { numRuns: sizes.model_runs });
    });

    test("gives back 10 MiB byte for byte, also when a little of them changed", async () => {
      const openStore = await openLedger();
      const bytes = randomBytes(10 * MIB);
      const storage = new LedgerStorage(openStore());
      await storage.write("session/s/large", bytes);
      const elsewhere = new LedgerStorage(openStore());
      expect(Buffer.compare((await elsewhere.read("session/s/large"))!, bytes)).toBe(0);
      bytes[5 * MIB] = bytes[5 * MIB]! ^ 1;
      await elsewhere.write("session/s/large", bytes);
      expect(Buffer.compare((await storage.read("session/s/large"))!, bytes)).toBe(0);
    });

    test("shows one of the values that several write at once, whole, and in the end the last one", async () => {
      const openStore = await openLedger();
      const writers = Array.from({ length: WRITERS }, () => new LedgerStorage(openStore()));
      const reader = new LedgerStorage(openStore());
      const written = new Set<string>();
      for (let round = 0; round < sizes.rounds; round += 1) {
        const saves = writers.map((storage, writer) => {
          // More than one record has room for, so that a mixture would be possible.
          const value = Buffer.concat([Buffer.from(`${round}/${writer}/`), randomBytes(300 * 1024)]);
          written.add(value.toString("base64"));
          return storage.write("session/s/shared", value);
        });
        let is_saving = true;
        const saved = Promise.all(saves).finally(() => {
          is_saving = false;
        });
        // A turn of the loop between two reads, so that the writers come on.
        for (; is_saving; await nextTurn()) {
          const seen = await reader.read("session/s/shared");
          if (seen !== null) expect(written.has(Buffer.from(seen).toString("base64"))).toBe(true);
        }
        await saved;
        const ends = await Promise.all(writers.map((storage) => storage.read("session/s/shared")));
        const texts = new Set(ends.map((value) => Buffer.from(value!).toString("base64")));
        expect([texts.size, written.has([...texts][0]!)]).toEqual([1, true]);
        expect(Buffer.from(ends[0]!).toString("latin1").startsWith(`${round}/`)).toBe(true);
      }
    });

    test("keeps the value that was there when a write is cut short, and takes the next one", async () => {
      const openStore = await openLedger();
      const before = Buffer.from("before");
      await new LedgerStorage(openStore()).write("session/s/value", before);
      const store = openStore();
      const cut: RecordStore = {
        read: (list, place) => store.read(list, place),
        remove: (list, place) => store.remove(list, place),
        lists: () => store.lists(),
        append: async (list, place, records) => {
          await store.append(list, place, records.slice(0, -1));
          throw new Error("The process ended.");
        },
      };
      const after = randomBytes(MIB);
      await expect(new LedgerStorage(cut).write("session/s/value", after)).rejects.toThrow("ended");
      const elsewhere = new LedgerStorage(openStore());
      expect(await elsewhere.read("session/s/value")).toEqual(Uint8Array.from(before));
      await elsewhere.write("session/s/value", after);
      expect(Buffer.compare((await elsewhere.read("session/s/value"))!, after)).toBe(0);
    });

    test("keeps nothing of a list whose last key is deleted, and begins it anew", async () => {
      const openStore = await openLedger();
      const storage = new LedgerStorage(openStore());
      const stale = new LedgerStorage(openStore());
      for (const count of [1, 2, 3]) await stale.write("session/s/value", Buffer.from(`text ${count}`));
      await storage.delete("session/s/value");
      expect(await Array.fromAsync(openStore().lists())).toEqual([]);
      for (const count of [4, 5, 6]) await storage.write("session/s/value", Buffer.from(`text ${count}`));
      await stale.write("session/s/other", Buffer.from("other"));
      expect(await storage.list("session/s/")).toEqual(["session/s/other", "session/s/value"]);
      expect(await stale.read("session/s/value")).toEqual(Uint8Array.from(Buffer.from("text 6")));
    });
  });
}
