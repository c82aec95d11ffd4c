import { type Caller, idempotencyOf, ifMatch, onlyUserOf } from "@session-ledger/http_api";
import type { Request } from "express";
import type { CommandRequest } from "../command_request.ts";

/** What a request says beside its command. Throws as `ifMatch` and `idempotencyOf` do. */
export function commandRequestOf(request: Request, caller: Caller): CommandRequest {
  return {
    principal: caller.principal,
    only_user: onlyUserOf(caller),
    precondition: ifMatch(request),
    idempotency: idempotencyOf(request),
  };
}
