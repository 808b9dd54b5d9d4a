/**
 * A secret, as it is (WAMP specification, "Ticket-based Authentication").
 *
 * @module
 */

import type { Authentication } from "./authentication.ts";

export interface TicketOptions {
  readonly authid: string;
  /** A function is asked at each attempt, for tickets that are used once. */
  readonly ticket: string | (() => string | Promise<string>);
}

/**
 * Shows a ticket: a password, a token. The router, and whoever can read what is sent, learns it: use it over TLS, and not with
 * routers that others run.
 *
 * @example
 * ```ts
 * const authentication = [ticket({ authid: "joe", ticket: "secret!!!" })];
 * ```
 */
export function ticket({ authid, ticket: given }: TicketOptions): Authentication {
  return {
    method: "ticket",
    authid,
    begin: () => ({
      challenge: async () => ({ signature: typeof given === "string" ? given : await given() }),
    }),
  };
}
