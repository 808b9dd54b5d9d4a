import { expect, test } from "vitest";
import { checkTokenOptions } from "../../../../../src/channels/server/tokens/options.ts";
import type { TokenVerifierOptions } from "../../../../../src/channels/server/tokens/options.ts";

const PEM = "-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----";

test.each<[string, object]>([
  ["no algorithms", { secrets: ["x"] }],
  ["an empty list of them", { secrets: ["x"], algorithms: [] }],
  ["none", { secrets: ["x"], algorithms: ["none"] }],
  ["one that there is not", { secrets: ["x"], algorithms: ["HS256", "hs256"] }],
  ["no secret for HS256", { keys: [PEM], algorithms: ["RS256", "HS256"] }],
  ["no key for RS256", { secrets: ["x"], algorithms: ["RS256", "HS256"] }],
  ["a secret for nothing", { secrets: ["x"], keys: [PEM], algorithms: ["RS256"] }],
  ["a key for nothing", { secrets: ["x"], keys: [PEM], algorithms: ["HS256"] }],
  ["an empty secret", { secrets: [""], algorithms: ["HS256"] }],
  ["a public key as a secret", { secrets: [PEM], algorithms: ["HS256"] }],
  ["the same in bytes", { secrets: [new TextEncoder().encode(PEM)], algorithms: ["HS256"] }],
  ["a key that is no PEM", { keys: ["x"], algorithms: ["RS256"] }],
  ["a private key", { keys: ["-----BEGIN PRIVATE KEY-----"], algorithms: ["RS256"] }],
  ["a private JWK", { keys: [{ kty: "RSA", d: "x" }], algorithms: ["RS256"] }],
  ["a secret as JWK", { keys: [{ kty: "oct", k: "x" }], algorithms: ["RS256"] }],
  ["no address", { jwks: "keys.json", algorithms: ["RS256"] }],
  ["a file", { jwks: "file:///etc/passwd", algorithms: ["RS256"] }],
  ["an empty audience", { secrets: ["x"], algorithms: ["HS256"], audience: "" }],
  ["no issuers", { secrets: ["x"], algorithms: ["HS256"], issuer: [] }],
  ["a negative time", { secrets: ["x"], algorithms: ["HS256"], clockTolerance: -1 }],
  ["an option that there is not", { secrets: ["x"], algorithms: ["HS256"], algorithm: "HS256" }],
])("refused: %s", (_, options) => {
  expect(() => checkTokenOptions(options as TokenVerifierOptions)).toThrow(/./);
});

test.each<[string, TokenVerifierOptions]>([
  ["secrets", { secrets: ["x", new Uint8Array([1])], algorithms: ["HS256", "HS512"] }],
  ["keys", { keys: [PEM, { kty: "RSA" }], algorithms: ["RS256"] }],
  ["both", { keys: [PEM], secrets: ["x"], algorithms: ["ES256", "HS256"] }],
  ["a JWKS", { jwks: "https://example.com/keys", algorithms: ["EdDSA"], audience: ["a", "b"] }],
])("accepted: %s", (_, options) => {
  expect(() => checkTokenOptions(options)).not.toThrow();
});
