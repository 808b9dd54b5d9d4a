/**
 * Authentication that a procedure decides about, wherever it is registered.
 *
 * @module
 */

import { WampError } from "../../protocol/errors.ts";
import type { List, Uri } from "../../protocol/messages.ts";
import { isReserved } from "../../protocol/uri.ts";
import type { Introduction } from "./authenticator.ts";
import type { FindPrincipal } from "./principals.ts";

/** A session that calls: one of the application's own, from `router.session`. */
export interface Caller {
  call(procedure: Uri, args?: List): Promise<unknown>;
}

/**
 * Finds principals by calling a procedure with the realm, the `authid` (or null), and a dictionary of all else that is known
 * (`session`, `authrole`, `authextra`, `ticket`, `cookie`, `publicKey`, `certificate`). It returns what the method's principals
 * are in JSON, or null for nobody. An error of the application's own means nobody, too; any other refuses and is logged.
 *
 * `session` is called for each client, since it is made after the router.
 *
 * @example
 * ```ts
 * const authenticators = [wampcra({ principals: byProcedure(() => backend, "com.example.find_user") })];
 * const router = createRouter({ realms: { realm1: { authenticators, authorizer } } });
 * const backend = router.session("realm1");
 * ```
 */
export function byProcedure<Facts, Asked extends Introduction = Introduction>(
  session: () => Caller | Promise<Caller>,
  procedure: Uri,
): FindPrincipal<Facts, Asked> {
  return async (introduction) => {
    const { realm, authid, link: _, ...details } = introduction;
    try {
      const caller = await session();
      const found = await caller.call(procedure, [realm, authid ?? null, defined(details)]);
      return found as Facts | null | undefined;
    } catch (error) {
      if (error instanceof WampError && !isReserved(error.uri)) return undefined;
      throw error;
    }
  };
}

/** Not every serializer has `undefined`. */
function defined(details: object): object {
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined));
}
