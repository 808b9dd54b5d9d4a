/**
 * How a client shows who it is: the contract of all methods.
 *
 * @module
 */

import type { Connection } from "../../../connection/connection.ts";
import type { Dict, WelcomeDetails } from "../../protocol/messages.ts";

/** One way for a client to show who it is, such as {@link ticket}. It can be used for any number of sessions, at once too. */
export interface Authentication {
  /** As in HELLO.authmethods, such as `wampcra`. */
  readonly method: string;
  /** Who it says that it is; `undefined` leaves that to the router. */
  readonly authid?: string | undefined;
  /** Called for each HELLO: what one attempt has to remember is in what it returns. What it throws ends the attempt. */
  begin(context: AuthenticationContext): Attempt | Promise<Attempt>;
}

/** What an attempt may build on. */
export interface AuthenticationContext {
  /** The connection below, for TLS channel binding; `undefined` within the process. */
  readonly connection: Connection | undefined;
}

/** One attempt to join: from HELLO to WELCOME. */
export interface Attempt {
  /** For HELLO.Details.authextra. */
  readonly authextra?: Dict | undefined;
  /**
   * Answers a CHALLENGE, of which a router may send several. What it throws ends the attempt: the router gets an ABORT.
   *
   * @throws WampError for a challenge that must not be answered.
   */
  challenge(extra: Dict): Answer | Promise<Answer>;
  /**
   * Looks at the WELCOME, where the method lets the router prove who it is.
   *
   * @throws WampError to refuse the router.
   */
  welcome?(details: WelcomeDetails): void;
}

/** AUTHENTICATE.Signature and Extra. */
export interface Answer {
  readonly signature: string;
  readonly extra?: Dict | undefined;
}
