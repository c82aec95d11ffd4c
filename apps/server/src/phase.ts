/** Where the server is in its life. The faces are open only while it is `ready`. */
export type Phase = "starting" | "ready" | "stopping";

/** The phase that the app answers by and the process moves on. */
export interface PhaseHolder {
  current: Phase;
}

/** What a client may read of why the server is not ready. */
export const PHASE_REASONS: Readonly<Record<Exclude<Phase, "ready">, string>> = {
  starting: "The server is starting.",
  stopping: "The server is stopping.",
};
