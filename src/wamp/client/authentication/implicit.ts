/**
 * Methods in which the client says nothing: it is nobody in particular, or the way it came says it all.
 *
 * @module
 */

import * as ErrorUri from "../../protocol/error-uri.ts";
import { WampError } from "../../protocol/errors.ts";
import type { Authentication } from "./authentication.ts";

/**
 * Joins as nobody in particular. It is what a client does that is given no method, and can be the last one of several.
 *
 * @example
 * ```ts
 * const authentication = [cookie(), anonymous()];
 * ```
 */
export function anonymous(): Authentication {
  return implicit("anonymous");
}

/**
 * The certificate that the connection was opened with says it all (`tls: { cert, key }` of `connect`). `authid`: only as whom.
 *
 * @example
 * ```ts
 * const client = wampClient(
 *   ({ subprotocols }) => connect("wss://example.com/wamp", { subprotocols, tls: { cert, key } }),
 *   { realm: "realm1", authentication: [tls()] },
 * );
 * ```
 */
export function tls({ authid }: { readonly authid?: string } = {}): Authentication {
  return implicit("tls", authid);
}

/**
 * The cookie that the connection was opened with says it all: the browser's, or a header of `connect`. `authid`: only as whom.
 *
 * @example
 * ```ts
 * const authentication = [cookie()];
 * ```
 */
export function cookie({ authid }: { readonly authid?: string } = {}): Authentication {
  return implicit("cookie", authid);
}

function implicit(method: string, authid?: string): Authentication {
  return {
    method,
    authid,
    begin: () => ({
      challenge() {
        throw new WampError(ErrorUri.AuthenticationFailed, [`${method} has no CHALLENGE`]);
      },
    }),
  };
}
