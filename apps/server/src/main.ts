// The server's process: it starts, obeys signals, and ends with one of EXIT_CODES. What stands against a start is
// one plain line on stderr each; everything later is the operator's log on stdout.
import type { Logger } from "pino";
import { ApiKeysInvalid, readApiKeys } from "./api_keys.ts";
import { ConfigInvalid, type ServerConfig } from "./config.ts";
import { EXIT_CODES } from "./exit_codes.ts";
import { KeyRing } from "./key_ring.ts";
import { type LedgerServer, startLedgerServer } from "./ledger_server.ts";
import { createLogger } from "./logger.ts";
import { readSettings, type Settings } from "./settings.ts";
import { StartRefused } from "./start_refused.ts";

const STOP_SIGNALS = ["SIGTERM", "SIGINT"] as const;

/** How long the requests that failed with the store have to be answered. */
const FAILED_STORE_DRAIN_MS = 1000;

function main(): void {
  const { config, keys: first_keys } = settingsOrExit();
  const logger = createLogger(config.log_level);
  process.on("uncaughtException", (error) => {
    logger.fatal({ err: error }, "an unexpected error ended the server");
    process.exit(EXIT_CODES.FAILED);
  });
  // A limit on file sizes (`ulimit -f`) is then an error of the write, not the process's silent death.
  process.on("SIGXFSZ", () => {});
  const keys = first_keys && new KeyRing(first_keys);
  const starting = startLedgerServer({
    config,
    keys,
    logger,
    on_fatal: (error) => {
      logger.fatal({ err: error }, "the store failed; the next start recovers it by replay");
      const exit = (): void => process.exit(EXIT_CODES.STORE_FAILED);
      setTimeout(exit, FAILED_STORE_DRAIN_MS);
      void starting.then((server) => server.abandon(FAILED_STORE_DRAIN_MS)).finally(exit);
    },
  });
  stopOnSignal(starting, config, logger);
  if (keys !== undefined) rereadOnSignal(keys, config, logger);
  starting.then(
    ({ url }) => logger.info({ url, log_root: config.log_root, pid: process.pid }, "listening"),
    refuse,
  );
}

function settingsOrExit(): Settings {
  try {
    return readSettings(process.env);
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error;
    for (const mistake of error.mistakes) console.error(`session-ledger: ${mistake}`);
    process.exit(EXIT_CODES.CONFIG_INVALID);
  }
}

/** Ends a start that failed. Anything but a refusal is unexpected, and thrown on. */
function refuse(error: unknown): void {
  if (!(error instanceof StartRefused)) throw error;
  console.error(`session-ledger: ${error.message}`);
  process.exit(error.exit_code);
}

/** The first signal stops the server, once it has started; a second one, or the deadline, ends it at once. */
function stopOnSignal(starting: Promise<LedgerServer>, config: ServerConfig, logger: Logger): void {
  let stopping = false;
  const obey = (signal: NodeJS.Signals): void => {
    if (stopping) force(logger, `a second signal, ${signal}`);
    stopping = true;
    logger.info({ signal }, "stopping");
    const seconds = config.shutdown_seconds_max;
    setTimeout(() => force(logger, `not stopped within ${seconds} s`), seconds * 1000);
    void starting
      .then((server) => server.stop())
      .then(() => {
        logger.info("stopped");
        process.exit(EXIT_CODES.OK);
      });
  };
  for (const signal of STOP_SIGNALS) process.on(signal, obey);
}

/** SIGHUP takes the keys of the file anew. A file with a mistake changes nothing. */
function rereadOnSignal(keys: KeyRing, { ledger_api_keys: path }: ServerConfig, logger: Logger): void {
  process.on("SIGHUP", () => {
    try {
      const known = readApiKeys(path!);
      keys.replace(known);
      logger.info({ keys: known.length }, "the keys were read anew");
    } catch (error) {
      if (!(error instanceof ApiKeysInvalid)) throw error;
      logger.error({ mistakes: error.mistakes }, "the keys stay as they were");
    }
  });
}

function force(logger: Logger, reason: string): never {
  logger.error({ reason }, "the stop was forced");
  process.exit(EXIT_CODES.FAILED);
}

main();
