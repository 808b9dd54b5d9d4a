import { expect, test } from "vitest";
import { argon2id } from "../../../../src/wamp/authentication/argon2.ts";
import {
  fromBase64,
  fromHex,
  toBase64,
  toHex,
  utf8,
  xor,
} from "../../../../src/wamp/authentication/bytes.ts";
import type { Bytes } from "../../../../src/wamp/authentication/bytes.ts";
import { hmac, sha256 } from "../../../../src/wamp/authentication/hashing.ts";
import {
  authMessage,
  clientKey,
  saltedPassword,
  scramCredentials,
  serverKey,
} from "../../../../src/wamp/authentication/scram.ts";

/** RFC 7677 section 3. */
const RFC = {
  authid: "user",
  clientNonce: "rOprNGfwEbeRWgbNEkqO",
  nonce: "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
  salt: "W22ZaJ0SNY7soEsUEjb6gQ==",
  iterations: 4096,
} as const;

test("the exchange of RFC 7677", async () => {
  const salted = await saltedPassword("pencil", { kdf: "pbkdf2", ...RFC });
  const message = authMessage({ ...RFC, binding: undefined, dialect: "wamp" });
  const key = await clientKey(salted);
  const proof = xor(key, await hmac(await sha256(key), message));
  expect(toBase64(proof)).toBe("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
  const verifier = await hmac(await serverKey(salted), message);
  expect(toBase64(verifier)).toBe("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
});

test("Argon2id, as its reference implementation has it", async () => {
  // echo -n password | argon2 somesalt -id -t 2 -k 256 -p 1 -l 32
  const derived = await argon2id("password", utf8("somesalt"), { iterations: 2, memory: 256 });
  expect(toHex(derived)).toBe("9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe");
});

test("the message that is signed: names are escaped, and the channel is in it", () => {
  const exchange = { ...RFC, clientNonce: "AA==", nonce: "AA==BB==", dialect: "wamp" as const };
  expect(authMessage({ ...exchange, authid: "a=b,c", binding: undefined })).toBe(
    "n=a=3Db=2Cc,r=AA==,r=AA==BB==,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=AA==BB==",
  );
  const binding = { type: "tls-exporter", data: fromHex("0102", 2) as Bytes };
  const [, flags] = /c=([^,]*)/.exec(authMessage({ ...exchange, binding })) ?? [];
  expect(flags).toBe(toBase64(utf8("p=tls-exporter,,\u0001\u0002")));
});

test("the message that is signed in the dialect: nothing is escaped, and no channel", () => {
  const exchange = { ...RFC, binding: undefined, dialect: "autobahn" as const };
  expect(authMessage({ ...exchange, nonce: "BB==" })).toBe(
    "n=user,r=rOprNGfwEbeRWgbNEkqO,r=BB==,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=,r=BB==",
  );
});

test("in the dialect the derived key is its text", async () => {
  const salt = toBase64(utf8("somesalt"));
  const argon2 = (): Promise<Uint8Array> => Promise.resolve(new Uint8Array(32));
  const parameters = { kdf: "argon2id-13", salt, iterations: 1, memory: 8 } as const;
  const salted = await saltedPassword("pencil", parameters, argon2);
  expect(salted).toEqual(utf8("A".repeat(43)));
});

test("credentials are keys, and what they were made with", async () => {
  const credentials = await scramCredentials("pencil", {
    kdf: "pbkdf2",
    iterations: 4096,
    salt: RFC.salt,
  });
  expect(credentials).toEqual({
    kdf: "pbkdf2",
    salt: RFC.salt,
    iterations: 4096,
    memory: undefined,
    storedKey: "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=",
    serverKey: "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
  });
});

test("credentials have a salt of their own, and Argon2id, by default", async () => {
  const costs: unknown[] = [];
  const argon2 = (_: string, __: Uint8Array, cost: unknown): Promise<Uint8Array> => {
    costs.push(cost);
    return Promise.resolve(new Uint8Array(32));
  };
  const first = await scramCredentials("pencil", { argon2id: argon2 });
  const second = await scramCredentials("pencil", { argon2id: argon2 });
  expect(first).toMatchObject({ kdf: "argon2id13", iterations: 2, memory: 19_456 });
  expect(costs[0]).toEqual({ iterations: 2, memory: 19_456 });
  expect(fromBase64(first.salt)).toHaveLength(16);
  expect(first.salt).not.toBe(second.salt);
});

test("a salt that isn't base64 is refused", async () => {
  await expect(scramCredentials("pencil", { kdf: "pbkdf2", salt: "W22Z aJ0" })).rejects.toThrow(
    "base64",
  );
});
