/**
 * How a client shows who it is: the contract of all methods.
 *
 * @module
 */

import type { LinkFacts } from "../../protocol/link.ts";
import type { Dict, Id, Uri } from "../../protocol/messages.ts";
import type { Principal } from "../principal.ts";

/** What a client says about itself in its HELLO, and what is known of the way it came. Nothing in it is proven. */
export interface Introduction {
  readonly realm: Uri;
  /** The id that the session will have. */
  readonly session: Id;
  readonly authid: string | undefined;
  readonly authrole: string | undefined;
  readonly authextra: Dict;
  /** The methods that the client offers, in its order. */
  readonly authmethods: readonly string[];
  readonly link: LinkFacts;
}

/** What comes next. */
export type Step =
  | { readonly type: "accept"; readonly principal: Principal }
  | {
      readonly type: "challenge";
      /** Default: the authenticator's. */
      readonly method?: string | undefined;
      /** CHALLENGE.Extra. */
      readonly extra: Dict;
      /** Given what the client answered: AUTHENTICATE.Signature and Extra. */
      readonly respond: (signature: string, extra: Dict) => Step | Promise<Step>;
    }
  | {
      readonly type: "refuse";
      /** Such as `wamp.error.authentication_denied`. Says nothing that helps to guess. */
      readonly reason: Uri;
      readonly message?: string | undefined;
    }
  /** As a first step only: there is nothing to go by, as without a cookie. The next method of the client's is tried. */
  | { readonly type: "skip" };

/** One method, such as `ticket`, with what it takes to check its claims. */
export interface Authenticator {
  /** As clients name it in `authmethods`. */
  readonly method: string;
  /** What it throws refuses the client with `wamp.error.authentication_failed`, and is logged. */
  begin(introduction: Introduction): Step | Promise<Step>;
}
