/**
 * Nobody in particular.
 *
 * @module
 */

import { randomId } from "../../protocol/random-id.ts";
import type { Authenticator } from "./authenticator.ts";

/**
 * Lets in anyone, with a role of your choice (default: `anonymous`) and a random `authid`.
 *
 * @example
 * ```ts
 * const authenticators = [ticket({ principals }), anonymous({ role: "guest" })];
 * ```
 */
export function anonymous({ role = "anonymous" }: { role?: string } = {}): Authenticator {
  return {
    method: "anonymous",
    begin: () => ({
      type: "accept",
      principal: {
        authid: randomId().toString(36),
        authrole: role,
        authmethod: "anonymous",
        authprovider: "static",
      },
    }),
  };
}
