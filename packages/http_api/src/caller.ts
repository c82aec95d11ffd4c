/** What a key is for: any user's sessions, one user's own, or the ledger's upkeep. */
export const ROLES = ["service", "user", "operator"] as const;
export type Role = (typeof ROLES)[number];

/** The roles that may call an operation; `anyone` needs no key. */
export type Roles = readonly [Role, ...Role[]] | "anyone";

/**
 * Who asks. A `stranger` has no key that is known. While no keys are configured every caller is `local`: then the
 * server answers this machine alone, and whoever is on it may do everything.
 */
export type Caller =
  | { readonly role: "local"; readonly principal?: undefined }
  | { readonly role: "stranger"; readonly principal?: undefined; readonly showed_key: boolean }
  | { readonly role: "service" | "operator"; readonly principal: string }
  | { readonly role: "user"; readonly principal: string; readonly user_id: string };

export const LOCAL_CALLER: Caller = { role: "local" };

/** What a handler knows of a request beside the request itself. */
export interface RequestContext {
  readonly caller: Caller;
}
