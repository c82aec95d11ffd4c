import { z } from "zod";

/** Where a session is in its life, as clients see it. `creating`: its first line is being written. */
export const LifecycleStateSchema = z.enum(["creating", "active", "paused", "stopped", "deleted"]);
export type LifecycleState = z.infer<typeof LifecycleStateSchema>;
