import { z } from "zod";

/** Whether deleted sessions are meant too. */
export const IncludeDeletedSchema = z
  .enum(["true", "false"])
  .meta({ description: "Whether deleted sessions are found too; by default they are not." });
