import { describe, expect, test } from "vitest";
import { signChallenge, wampcraSecret } from "../../../../src/wamp/authentication/wampcra.ts";
import { vectors } from "../../../support/wamp-authentication.ts";

interface Cra {
  readonly kind: "sign" | "derive" | "salted";
  readonly secret: string;
  readonly salt: string;
  readonly iterations: number;
  readonly keylen: number;
  readonly challenge: string;
  readonly signature: string;
  readonly derived_b64: string;
}

const cra = (vectors("wampcra")?.["vectors"] ?? []) as Cra[];

describe.skipIf(cra.length === 0)("WAMP-CRA (needs the vectors)", () => {
  test.each(cra)("$kind $secret", async (vector) => {
    const { kind, secret, salt, iterations, keylen, challenge, signature } = vector;
    const key =
      kind === "sign" ? secret : await wampcraSecret(secret, { salt, iterations, keylen });
    if (kind === "derive") expect(key).toBe(vector.derived_b64);
    else expect(await signChallenge(key, challenge)).toBe(signature);
  });
});
