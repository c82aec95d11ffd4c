import { z } from "zod";
import type { PageRequest } from "../models.ts";
import { OwnerQuerySchema } from "./inputs.ts";

const PAGE_SIZE_DEFAULT = 10;
const PAGE_SIZE_MAX = 1_000;

/** Which page of a list is asked for, by its number. */
export const PageQuerySchema = OwnerQuerySchema.extend({
  page: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, "must be a whole number from 1")
    .optional()
    .meta({ description: "The page's number, from 1, which is the default." }),
  page_size: z
    .string()
    .regex(/^(?:[1-9]\d{0,2}|1000)$/, `must be a whole number from 1 to ${PAGE_SIZE_MAX}`)
    .optional()
    .meta({
      description: `How many a page holds: 1 to ${PAGE_SIZE_MAX}, by default ${PAGE_SIZE_DEFAULT}.`,
    }),
});

export interface ListLimits {
  /** How long a client may take nothing of a list. */
  readonly stall_ms: number;
}

/** What says which page an answer is. */
export const pageFields = {
  total: z.int().min(0).meta({ description: "How many there are in all." }),
  page: z.int().min(1),
  page_size: z.int().min(1).max(PAGE_SIZE_MAX),
};

/** The page that a request asks for. */
export function pageOf({ page, page_size }: z.output<typeof PageQuerySchema>): PageRequest {
  return {
    page: page === undefined ? 1 : Number(page),
    page_size: page_size === undefined ? PAGE_SIZE_DEFAULT : Number(page_size),
  };
}
