/**
 * The arguments of the router's own procedures.
 *
 * @module
 */

import { ErrorUri, WampError } from "../../protocol/errors.ts";
import { isId } from "../../protocol/ids.ts";
import type { Id, Uri } from "../../protocol/messages.ts";
import type { MetaCall } from "./meta-procedure.ts";

/** @throws WampError `wamp.error.invalid_argument` when it is no id. */
export function idArgument({ args }: MetaCall, index: number): Id {
  const value = args[index];
  if (isId(value)) return value;
  throw new WampError(ErrorUri.InvalidArgument, [`argument ${index} is no id`]);
}

/** @throws WampError `wamp.error.invalid_argument` when it is no URI: any string may be looked for. */
export function uriArgument({ args }: MetaCall, index: number): Uri {
  const value = args[index];
  if (typeof value === "string") return value;
  throw new WampError(ErrorUri.InvalidArgument, [`argument ${index} is no URI`]);
}
