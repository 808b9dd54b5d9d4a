/**
 * What procedures of the router's own take.
 *
 * @module
 */

import * as ErrorUri from "../../protocol/error-uri.ts";
import { WampError } from "../../protocol/errors.ts";
import { isId } from "../../protocol/ids.ts";
import type { Id, Uri } from "../../protocol/messages.ts";
import type { MetaCall } from "./meta-procedure.ts";

/** @throws WampError `wamp.error.invalid_argument` */
export function idArgument(call: MetaCall, index: number): Id {
  const value = call.args[index];
  if (isId(value)) return value;
  throw new WampError(ErrorUri.InvalidArgument, [`argument ${index} is an id`]);
}

/** @throws WampError `wamp.error.invalid_argument` */
export function uriArgument(call: MetaCall, index: number): Uri {
  const value = call.args[index];
  if (typeof value === "string") return value;
  throw new WampError(ErrorUri.InvalidArgument, [`argument ${index} is a URI`]);
}
