/**
 * What SCRAM keeps of its principals, and what it makes up for those that there aren't.
 *
 * @module
 */

import { fromBase64, randomBytes, toBase64 } from "../../authentication/bytes.ts";
import type { Kdf, ScramCredentials, ScramDialect } from "../../authentication/scram.ts";
import type { PrincipalFacts, PrincipalKind } from "./principals.ts";

type Principal = PrincipalFacts & ScramCredentials;

interface Cost {
  readonly iterations: number;
  readonly memory?: number | undefined;
  readonly kdf?: Kdf | undefined;
}

const KDFS: Readonly<Record<ScramDialect, readonly Kdf[]>> = {
  wamp: ["argon2id13", "pbkdf2"],
  autobahn: ["argon2id-13"],
};
const COST: Cost = { iterations: 2, memory: 19_456 };

export function scramKind(dialect: ScramDialect, unknown: Cost = COST): PrincipalKind<Principal> {
  return {
    check(facts) {
      const { kdf, salt, iterations, memory, storedKey, serverKey } = facts;
      if (!KDFS[dialect].includes(kdf))
        throw new TypeError(`scram: no key derivation for ${dialect}`);
      const keys = [storedKey, serverKey].map(bytesOf);
      if (!bytesOf(salt) || keys.some((key) => key?.length !== 32)) {
        throw new TypeError(
          "scram: a principal needs a salt, a storedKey and a serverKey, in base64",
        );
      }
      if (!isCount(iterations) || (kdf !== "pbkdf2" && !isCount(memory))) {
        throw new TypeError("scram: a principal needs iterations, and memory with Argon2");
      }
    },
    async makeUp(model, random) {
      const [defaultKdf] = KDFS[dialect] as [Kdf];
      const { kdf = defaultKdf, iterations, memory } = model ?? unknown;
      const length = model ? (bytesOf(model.salt)?.length ?? 16) : 16;
      const salt = toBase64((await random("salt")).subarray(0, length));
      const keys = { storedKey: toBase64(randomBytes(32)), serverKey: toBase64(randomBytes(32)) };
      return { role: "", kdf, salt, iterations, memory, ...keys };
    },
  };
}

function bytesOf(text: unknown): Uint8Array | undefined {
  return typeof text === "string" ? fromBase64(text) : undefined;
}

function isCount(value: unknown): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 1;
}
