/**
 * A shared secret that isn't sent (WAMP specification, "Challenge Response Authentication").
 *
 * @module
 */

import {
  DEFAULT_ITERATIONS,
  DEFAULT_KEYLEN,
  signChallenge,
  wampcraSecret,
} from "../../authentication/wampcra.ts";
import * as ErrorUri from "../../protocol/error-uri.ts";
import { WampError } from "../../protocol/errors.ts";
import type { Dict } from "../../protocol/messages.ts";
import type { Authentication } from "./authentication.ts";

export interface WampcraOptions {
  readonly authid: string;
  /** The secret, or the password when the router salts it. */
  readonly secret: string;
  /** How many iterations a router may ask for, so that none can keep this client busy. Default: 1000000. */
  readonly maxIterations?: number | undefined;
}

/**
 * Signs the router's challenge with a secret that both know.
 *
 * @example
 * ```ts
 * const authentication = [wampcra({ authid: "joe", secret: "secret2" })];
 * ```
 */
export function wampcra(options: WampcraOptions): Authentication {
  const { authid, secret, maxIterations = 1_000_000 } = options;
  const keyOf = async ({ salt, iterations, keylen }: Dict): Promise<string> => {
    if (salt === undefined || salt === null) return secret;
    const salting = {
      salt: salt as string,
      iterations: iterations ?? DEFAULT_ITERATIONS,
      keylen: keylen ?? DEFAULT_KEYLEN,
    };
    if (typeof salt !== "string" || !isWithin(salting.iterations, maxIterations)) return refuse();
    if (!isWithin(salting.keylen, 64)) return refuse();
    return wampcraSecret(secret, salting as { salt: string; iterations: number; keylen: number });
  };
  return {
    method: "wampcra",
    authid,
    begin: () => ({
      async challenge(extra) {
        const { challenge } = extra;
        if (typeof challenge !== "string") return refuse();
        return { signature: await signChallenge(await keyOf(extra), challenge) };
      },
    }),
  };
}

function isWithin(value: unknown, max: number): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 1 && value <= max;
}

function refuse(): never {
  throw new WampError(ErrorUri.AuthenticationFailed, ["the challenge makes no sense"]);
}
