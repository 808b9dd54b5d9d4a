/**
 * Who a session is.
 *
 * @module
 */

import type { Dict } from "../protocol/messages.ts";

/** Who has joined, as authentication established it. */
export interface Principal {
  readonly authid: string;
  readonly authrole: string;
  /** Such as `ticket`. */
  readonly authmethod: string;
  /** Who vouched for it, such as `static`. */
  readonly authprovider: string;
  /** For the client, in its WELCOME. */
  readonly authextra?: Dict | undefined;
}
