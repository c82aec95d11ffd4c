import { InvalidArgumentError, Option } from "commander";

const WORKERS_MAX = 64;

/** The option of commands that can read several logs at the same time. */
export function workersOption(): Option {
  return new Option(
    "--workers <count>",
    "read so many logs at once (default: one for each core, 4 at the most, one less beside a server, and only for long work)",
  ).argParser(parseWorkers);
}

function parseWorkers(text: string): number {
  const workers = Number(text);
  if (!/^\d+$/.test(text) || workers < 1 || workers > WORKERS_MAX) {
    throw new InvalidArgumentError(`It is a whole number from 1 to ${WORKERS_MAX}.`);
  }
  return workers;
}
