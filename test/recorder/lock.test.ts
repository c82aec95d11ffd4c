import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { hostname } from "node:os";
import { join } from "node:path";
import { openReader, openRecorder } from "@session-ledger/schema_recorder";
import { describe, expect, onTestFinished, test } from "vitest";
import { tempRoot } from "../support/temp_root.ts";

const HOLDER = join(import.meta.dirname, "lock_holder.ts");

/** A process that opens the root and says `held`, or the code of the error; then it waits. */
function holder(root: string): { child: ChildProcess; said: Promise<string> } {
  const child = spawn(process.execPath, [HOLDER, root], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const said = once(child.stdout!.setEncoding("utf8"), "data").then(([text]) => String(text).trim());
  return { child, said };
}

describe("the writer lock", () => {
  test("refuses a second process at once, naming the holder's pid and host", async () => {
    const root = await tempRoot();
    const { child, said } = holder(root);
    expect(await said).toBe("held");
    const refused = openRecorder({ root });
    await expect(refused).rejects.toMatchObject({ code: "LOG_ROOT_LOCKED" });
    await expect(refused).rejects.toThrow(`pid ${child.pid} on ${hostname()}`);
    expect((await openReader({ root })).writerLives()).toBe(true);
  });

  test("refuses a second recorder of the same process", async () => {
    const root = await tempRoot();
    const recorder = await openRecorder({ root });
    await expect(openRecorder({ root })).rejects.toMatchObject({ code: "LOG_ROOT_LOCKED" });
    await recorder.close();
    await (await openRecorder({ root })).close();
  });

  test("is free the moment its holder is killed, and kept while the holder is stopped", async () => {
    const root = await tempRoot();
    const { child, said } = holder(root);
    expect(await said).toBe("held");
    child.kill("SIGSTOP");
    await expect(openRecorder({ root })).rejects.toMatchObject({ code: "LOG_ROOT_LOCKED" });
    child.kill("SIGKILL");
    await once(child, "exit");
    const recorder = await openRecorder({ root });
    expect(await recorder.readiness()).toEqual({ ready: true });
    await recorder.close();
    expect((await openReader({ root })).writerLives()).toBe(false);
  });

  test("left by a dead holder goes to exactly one of several that race for it", async () => {
    const root = await tempRoot();
    for (let round = 0; round < 3; round += 1) {
      const dead = holder(root);
      expect(await dead.said).toBe("held");
      dead.child.kill("SIGKILL");
      await once(dead.child, "exit");
      const racers = [holder(root), holder(root), holder(root), holder(root)];
      const said = await Promise.all(racers.map((racer) => racer.said));
      expect(said.sort()).toEqual(["LOG_ROOT_LOCKED", "LOG_ROOT_LOCKED", "LOG_ROOT_LOCKED", "held"]);
      for (const { child } of racers) child.kill("SIGKILL");
      await Promise.all(racers.map(({ child }) => child.exitCode ?? child.signalCode ?? once(child, "exit")));
    }
  });
});
