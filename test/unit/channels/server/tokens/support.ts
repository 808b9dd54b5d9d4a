/**
 * Tokens as applications make them, good and bad ones.
 *
 * @module
 */

import { createHmac, generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { SignJWT } from "jose";

export const SECRET = "a secret of at least thirty-two bytes";

type Claims = Readonly<Record<string, unknown>>;

/** Signed with a secret. */
export function signed(
  claims: Claims,
  secret: string = SECRET,
  header: Readonly<Record<string, unknown>> = {},
): string {
  return signedText(JSON.stringify(claims), secret, header);
}

/** The same, with the claims as text. */
export function signedText(
  claims: string | Uint8Array,
  secret: string = SECRET,
  header: Readonly<Record<string, unknown>> = {},
): string {
  const head = encode(JSON.stringify({ alg: "HS256", typ: "JWT", ...header }));
  const content = `${head}.${encode(claims)}`;
  const hash = String(header["alg"] ?? "HS256").replace("HS", "sha");
  const known = /^sha(?:256|384|512)$/.test(hash) ? hash : "sha256";
  return `${content}.${createHmac(known, secret).update(content).digest("base64url")}`;
}

/** Without a signature. */
export function unsigned(claims: Claims, alg: string): string {
  return `${encode(JSON.stringify({ alg }))}.${encode(JSON.stringify(claims))}.`;
}

function encode(text: string | Uint8Array): string {
  return Buffer.from(text as string).toString("base64url");
}

export interface Pair {
  readonly publicKey: KeyObject;
  readonly pem: string;
  readonly jwk: { kty: string; kid?: string };
  sign(claims: Claims, header?: Claims): Promise<string>;
}

/** A key pair for an algorithm. */
export function keyPair(alg: string): Pair {
  const { publicKey, privateKey } = generate(alg);
  return {
    publicKey,
    pem: publicKey.export({ type: "spki", format: "pem" }) as string,
    jwk: publicKey.export({ format: "jwk" }) as { kty: string },
    sign: (claims, header = {}) =>
      new SignJWT({ ...claims }).setProtectedHeader({ alg, ...header }).sign(privateKey),
  };
}

function generate(alg: string): { publicKey: KeyObject; privateKey: KeyObject } {
  if (alg === "EdDSA") return generateKeyPairSync("ed25519");
  if (alg.startsWith("ES")) {
    const namedCurve = { ES256: "P-256", ES384: "P-384", ES512: "P-521" }[alg] as string;
    return generateKeyPairSync("ec", { namedCurve });
  }
  return generateKeyPairSync("rsa", { modulusLength: 2048 });
}
