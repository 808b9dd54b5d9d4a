/**
 * Who may do what: the contract.
 *
 * @module
 */

import type { Id, MatchPolicy, Uri } from "../../protocol/messages.ts";
import type { Principal } from "../principal.ts";

export type Action = "call" | "register" | "publish" | "subscribe";

/** Something that a session wants to do. */
export interface AuthorizationRequest {
  readonly action: Action;
  readonly uri: Uri;
  /** For `register` and `subscribe`. */
  readonly match: MatchPolicy;
  readonly session: Id;
  readonly principal: Principal;
}

/** `disclose`: whether the caller or publisher is disclosed: always, never, or (absent) as `disclose_me` says. */
export interface Decision {
  readonly allow: boolean;
  readonly disclose?: boolean | undefined;
  /** Trust level of what is published or called, for its receivers. */
  readonly trustlevel?: number | undefined;
}

export interface Authorizer {
  /**
   * Decides. While it takes its time, the session that asked waits, and nobody else. What it throws refuses with
   * `wamp.error.authorization_failed`, and is logged. It has to answer at last: `askFunction` and `askProcedure` have a timeout.
   */
  authorize(request: AuthorizationRequest): Decision | Promise<Decision>;
  /** A session has gone: what is remembered of it can be forgotten. */
  leave?(session: Id): void;
}
