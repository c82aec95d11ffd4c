/** Where the app's time comes from. */
export interface Clock {
  /** Milliseconds since the epoch. It may step. */
  now(): number;
  /** Milliseconds on a clock that never steps, counted from any moment. */
  monotonic(): number;
  /** Calls back once, when so many milliseconds have passed. What it returns calls that off. */
  after(delay_ms: number, callback: () => void): () => void;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (delay_ms, callback) => {
    const timer = setTimeout(callback, delay_ms);
    return () => clearTimeout(timer);
  },
};
