/**
 * What to tell the operator about a refusal that looks like a proxy's doing, or like an option that was not given.
 *
 * @module
 */

import { parseHost } from "../http/host.ts";
import { isSameOrigin } from "../http/origin.ts";
import type { HttpHeaders } from "../http/headers.ts";
import { quote } from "./logger.ts";
import type { Logger } from "./logger.ts";
import { isForwarded, lastOf } from "./proxy.ts";

/** What the server saw of a request that it refused. */
export interface RefusedRequest {
  readonly headers: HttpHeaders;
  /** The address of the socket's other end: the proxy's, if there is one. */
  readonly from: string;
  readonly host: string;
  /** Whether that other end is one of `trustProxy`. */
  readonly trusted: boolean;
}

export type Hint = readonly [option: "hosts" | "origins" | "trustProxy", line: string];

/** Why a Host was refused. */
export function explainHost({ headers, from, host, trusted }: RefusedRequest): Hint {
  const line = `refused Host ${quote(host)} from ${from}: if the server is to answer to it`;
  const behind = isForwarded(headers) && !trusted ? ", and the proxy in the option trustProxy" : "";
  return ["hosts", `${line}, name it in the option hosts${behind}`];
}

/** Why an Origin was refused. */
export function explainOrigin(origin: string, request: RefusedRequest): Hint {
  const { headers, from, host, trusted } = request;
  const line = `refused Origin ${quote(origin)} at Host ${quote(host)} from ${from}`;
  if (trusted || !isForwarded(headers)) {
    return ["origins", `${line}: to let pages from there connect, name it in the option origins`];
  }
  const forwarded = parseHost(lastOf(headers.get("x-forwarded-host")) ?? "");
  const matches = forwarded && isSameOrigin(origin, { host: forwarded, secure: false });
  const seen = matches
    ? "X-Forwarded-Host says that it is ours"
    : "X-Forwarded headers are ignored";
  return ["trustProxy", `${line}: ${seen}, but the option trustProxy does not name this proxy`];
}

/** Writes the first hint about each option as a warning, and the others for debugging: refusals can be a flood. */
export class Hints {
  readonly #logger: Logger;
  readonly #given = new Set<string>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  give([option, line]: Hint): void {
    if (this.#given.has(option)) this.#logger.debug(line);
    else this.#logger.warn(line);
    this.#given.add(option);
  }
}
