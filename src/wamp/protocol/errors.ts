/**
 * Errors as WAMP has them: a URI with arguments.
 *
 * @module
 */

import { FullduplexError } from "../../errors.ts";
import type { Dict, List, Uri } from "./messages.ts";
import { isUri } from "./uri.ts";

/**
 * The peer answered, or the handler answers, with an error: a URI, and what an application attaches to it.
 *
 * @throws TypeError for what is no URI: components without white space and `#`, separated by dots; for arguments that are no list.
 *
 * @example
 * ```ts
 * throw new WampError("com.example.error.out_of_stock", ["no apples left"], { left: 0 });
 * ```
 */
export class WampError<
  Args extends List = List,
  Kwargs extends Dict = Dict,
> extends FullduplexError {
  /** Such as `wamp.error.no_such_procedure`, or one of the application's own. */
  declare readonly uri: Uri;
  declare readonly args: Args | readonly [];
  declare readonly kwargs: Kwargs | Readonly<Record<string, never>>;

  constructor(uri: Uri, args?: Args, kwargs?: Kwargs, options?: ErrorOptions) {
    if (!isUri(uri)) throw new TypeError(`${JSON.stringify(uri)} is no URI`);
    const [first] = args ?? [];
    super("ERR_WAMP", typeof first === "string" ? `${uri}: ${first}` : uri, options);
    this.uri = uri;
    this.args = args ?? [];
    this.kwargs = kwargs ?? {};
  }
}

/** The peer sent what it must not: the session is aborted with `wamp.error.protocol_violation`. Never leaves its session. */
export class Violation extends Error {}
