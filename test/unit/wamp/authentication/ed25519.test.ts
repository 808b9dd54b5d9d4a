import { describe, expect, test } from "vitest";
import { fromHex, toHex, xor } from "../../../../src/wamp/authentication/bytes.ts";
import type { Bytes } from "../../../../src/wamp/authentication/bytes.ts";
import { signingKey, verify } from "../../../../src/wamp/authentication/ed25519.ts";
import { vectors } from "../../../support/wamp-authentication.ts";

interface Sign {
  readonly channel_id: string | null;
  readonly private_key: string;
  readonly public_key: string;
  readonly challenge: string;
  readonly signature: string;
}

interface Exchange {
  readonly name: string;
  readonly client_pubkey: string;
  readonly challenge?: string;
  readonly router_challenge?: string;
  readonly router_pubkey?: string;
  readonly router_signature?: string;
  readonly client_challenge?: string;
  readonly authenticate: string;
  readonly channel_id_implied?: string;
}

const cryptosign = vectors("cryptosign");
const signs = (cryptosign?.["vectors"] ?? []) as Sign[];
const exchanges = (cryptosign?.["exchanges"] ?? []) as Exchange[];

function bytes(hex: string): Bytes {
  return fromHex(hex, hex.length / 2) as Bytes;
}

describe.skipIf(signs.length === 0)("cryptosign (needs the vectors)", () => {
  test.each(signs)("$challenge, channel $channel_id", async (vector) => {
    const key = await signingKey(bytes(vector.private_key));
    expect(toHex(key.publicKey)).toBe(vector.public_key);
    const challenge = bytes(vector.challenge);
    const signed =
      vector.channel_id === null ? challenge : xor(challenge, bytes(vector.channel_id));
    expect(toHex(await key.sign(signed)) + toHex(signed)).toBe(vector.signature);
  });

  test.each(exchanges)("$name", async (exchange) => {
    const channel = bytes(exchange.channel_id_implied ?? "00".repeat(32));
    const proofs = [
      [
        exchange.client_pubkey,
        exchange.router_challenge ?? exchange.challenge,
        exchange.authenticate,
      ],
      [exchange.router_pubkey, exchange.client_challenge, exchange.router_signature],
    ] as const;
    for (const [key, challenge, proof] of proofs) {
      if (key === undefined || challenge === undefined || proof === undefined) continue;
      const signed = xor(bytes(challenge), channel);
      expect(proof.slice(128)).toBe(toHex(signed));
      expect(await verify(bytes(key), bytes(proof.slice(0, 128)), signed)).toBe(true);
      expect(await verify(bytes(key), bytes(proof.slice(0, 128)), bytes("11".repeat(32)))).toBe(
        false,
      );
    }
  });
});
