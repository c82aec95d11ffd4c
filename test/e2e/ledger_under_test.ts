import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ServerEnvironment, type ServerProcess, startServer } from "../server/server_process.ts";

/** A log root in a folder of its own, and the server that runs on it. `remove` ends the one and deletes the other. */
export class LedgerUnderTest {
  /** Holds the log root and nothing else, so that whatever escapes the log root is seen here. */
  readonly folder: string;
  readonly log_root: string;
  #server: ServerProcess | undefined;
  #url: string | undefined;

  private constructor(folder: string) {
    this.folder = folder;
    this.log_root = join(folder, "logs");
  }

  static async create(): Promise<LedgerUnderTest> {
    return new LedgerUnderTest(await mkdtemp(join(tmpdir(), "session-ledger-e2e-")));
  }

  /** A new ledger whose server listens. */
  static async started(environment: ServerEnvironment = {}): Promise<LedgerUnderTest> {
    const ledger = await LedgerUnderTest.create();
    try {
      await ledger.start(environment);
    } catch (error) {
      await ledger.remove();
      throw error;
    }
    return ledger;
  }

  get url(): string {
    if (this.#url === undefined) throw new Error("The server was not started.");
    return this.#url;
  }

  async start(environment: ServerEnvironment = {}): Promise<void> {
    const { server, url } = await startServer({ LOG_ROOT: this.log_root, LOG_LEVEL: "info", ...environment });
    this.#server = server;
    this.#url = url;
  }

  /** Ends the server by a signal, and gives its exit code. */
  async stop(signal: NodeJS.Signals): Promise<number | null> {
    const exit = await this.#server?.stop(signal);
    this.#server = undefined;
    return exit?.code ?? null;
  }

  /** Sends a signal and waits for nothing. */
  signal(signal: NodeJS.Signals): void {
    this.#server?.signal(signal);
  }

  async remove(): Promise<void> {
    await this.stop("SIGKILL");
    await rm(this.folder, { recursive: true, force: true });
  }
}
