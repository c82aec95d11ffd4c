import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { INHERITED_ENVIRONMENT } from "../support/inherited_environment.ts";

const MAIN = fileURLToPath(new URL("../../apps/server/src/main.ts", import.meta.url));

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

export interface SpawnOptions {
  /** A program and its arguments that run the server's command line, such as `["strace", "-f"]`. */
  readonly wrapper?: readonly string[];
}

/** The variables of the server. `PORT` is any free one unless it is given; next to nothing is inherited. */
export type ServerEnvironment = Readonly<Record<string, string>>;

/** The server in a process of its own. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #waiting = new Set<() => void>();
  #stderr = "";
  /** Resolves when the process has ended and its output is read. */
  readonly exited: Promise<Exit>;

  constructor(environment: ServerEnvironment, { wrapper = [] }: SpawnOptions = {}) {
    const [program = process.execPath, ...words] = [...wrapper, process.execPath, MAIN];
    this.#child = spawn(program, words, {
      env: { ...INHERITED_ENVIRONMENT, PORT: "0", ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    createInterface({ input: this.#child.stdout! }).on("line", (line) => {
      this.#lines.push(line);
      for (const look of this.#waiting) look();
    });
    this.#child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    this.exited = once(this.#child, "close").then(([code, signal]) => ({
      code,
      signal,
      stderr: this.#stderr,
    }));
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** What the process wrote to stdout so far: one line of JSON each. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** The first log line with this `msg`, waited for. Rejects when the process ends without it. */
  async logged(msg: string): Promise<Record<string, unknown>> {
    const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>();
    const look = (): void => {
      const found = this.#lines.map((line) => JSON.parse(line)).find((line) => line.msg === msg);
      if (found !== undefined) resolve(found);
    };
    this.#waiting.add(look);
    void this.exited.then(({ code, signal, stderr }) =>
      reject(new Error(`The server ended (${signal ?? code}) before it logged "${msg}". ${stderr}`)),
    );
    look();
    return promise.finally(() => this.#waiting.delete(look));
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Asks the process to stop. */
  stop(signal: NodeJS.Signals = "SIGTERM"): Promise<Exit> {
    this.signal(signal);
    return this.exited;
  }

  /** Ends the process at once, as a crash would. */
  kill(): Promise<Exit> {
    return this.stop("SIGKILL");
  }
}

/** A server that listens. */
export interface ListeningServer {
  readonly server: ServerProcess;
  readonly url: string;
}

/** Starts a server and waits until it listens. */
export async function startServer(
  environment: ServerEnvironment,
  options: SpawnOptions = {},
): Promise<ListeningServer> {
  const server = new ServerProcess(environment, options);
  const { url } = await server.logged("listening");
  return { server, url: String(url) };
}
