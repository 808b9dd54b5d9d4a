import { describe, expect, test } from "vitest";
import { fromBase64, toBase64 } from "../../../../../src/wamp/authentication/bytes.ts";
import { scramCredentials } from "../../../../../src/wamp/authentication/scram.ts";
import { scram as show } from "../../../../../src/wamp/client/authentication/scram.ts";
import { scram } from "../../../../../src/wamp/router/authentication/scram.ts";
import {
  challengeOf,
  cryptoUse,
  introduction,
  knock,
  routerWith,
  welcomed,
} from "../../../../support/wamp-authentication.ts";

const pbkdf2 = await scramCredentials("pencil", { kdf: "pbkdf2", iterations: 4096 });
const argon2 = await scramCredentials("pencil", { iterations: 1, memory: 8192 });
const principals = { joe: { ...pbkdf2, role: "user" }, ann: { ...argon2, role: "user" } };
const nonce = toBase64(new Uint8Array(16));
const FAILED = [3, {}, "wamp.error.authentication_failed"];
const REFUSED = { type: "refuse", reason: "wamp.error.authentication_failed" };

test.each(["joe", "ann"])("the right password lets in: %s", async (authid) => {
  const { router } = routerWith(scram({ principals }));
  const { end, challenges } = await knock(router, [show({ authid, password: "pencil" })]);
  const { kdf, salt, iterations, memory = null } = authid === "joe" ? pbkdf2 : argon2;
  expect(challenges).toMatchObject([[4, "wamp-scram", { kdf, salt, iterations, memory }]]);
  expect(end).toMatchObject([
    2,
    expect.any(Number),
    {
      authid,
      authmethod: "wamp-scram",
      authextra: { verifier: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/) },
    },
  ]);
});

test("in the dialect of Autobahn too", async () => {
  const kdf = "argon2id-13";
  const credentials = await scramCredentials("pencil", { kdf, iterations: 1, memory: 8192 });
  const dialect = "autobahn";
  const joe = { ...credentials, role: "user", authextra: { n: 1 } };
  const { router } = routerWith(scram({ dialect, principals: { joe } }));
  const methods = [show({ authid: "joe", password: "pencil", dialect })];
  const details = await welcomed(router, methods);
  expect(details).toMatchObject({
    authmethod: "scram",
    authextra: { n: 1, scram_server_signature: expect.any(String) },
  });
  const wrong = [show({ authid: "joe", password: "pencils", dialect })];
  expect((await knock(router, wrong)).end).toEqual(FAILED);
});

test.each([
  ["joe", "pencils"],
  ["ann", ""],
])("another password doesn't: %s, %j", async (authid, password) => {
  const { router, logger } = routerWith(scram({ principals }));
  expect((await knock(router, [show({ authid, password })])).end).toEqual(FAILED);
  expect(logger.lines).toEqual([]);
});

test("names and passwords that look the same are the same", async () => {
  const credentials = await scramCredentials("pass\u00A0word", { kdf: "pbkdf2", iterations: 4096 });
  const { router } = routerWith(scram({ principals: { IX: { ...credentials, role: "user" } } }));
  const methods = [show({ authid: "I\u00ADX", password: "pass word" })];
  expect(await welcomed(router, methods)).toMatchObject({ authid: "IX" });
  const raw = await scram({ principals }).begin(
    introduction({ authid: "\u0007", authextra: { nonce } }),
  );
  expect(raw).toEqual(REFUSED);
});

describe("whoever isn't known", () => {
  test("costs as much, and is asked for as much", async () => {
    const method = scram({ principals: { joe: { ...pbkdf2, role: "user" } } });
    const attempt = (authid: string) => async (): Promise<void> => {
      const { respond, extra } = await challengeOf(method, { authid, authextra: { nonce } });
      const proof = toBase64(new Uint8Array(32));
      expect(await respond(proof, extra)).toEqual(REFUSED);
    };
    const known = await cryptoUse(attempt("joe"));
    expect(known["sign"]).toBeGreaterThan(0);
    expect(await cryptoUse(attempt("moe"))).toEqual(known);
    // The router derives nothing from passwords, for anybody.
    expect(known["deriveBits"]).toBe(0);
  });

  test("gets a salt that stays the same", async () => {
    const method = scram({ principals: { joe: { ...pbkdf2, role: "user" } } });
    const ask = async (authid: string): Promise<Readonly<Record<string, unknown>>> =>
      (await challengeOf(method, { authid, authextra: { nonce } })).extra;
    const [joe, first, second, other] = [
      await ask("joe"),
      await ask("moe"),
      await ask("moe"),
      await ask("eve"),
    ];
    expect(Object.keys(first)).toEqual(Object.keys(joe));
    expect(first).toMatchObject({ kdf: "pbkdf2", iterations: 4096, memory: null });
    expect(fromBase64(first["salt"] as string)).toHaveLength(16);
    expect(second["salt"]).toBe(first["salt"]);
    expect(other["salt"]).not.toBe(first["salt"]);
    expect(second["nonce"]).not.toBe(first["nonce"]);
  });

  test("is asked for what others are asked for, where a function finds them", async () => {
    const method = scram({ principals: () => null });
    const { extra } = await challengeOf(method, { authid: "moe", authextra: { nonce } });
    expect(extra).toMatchObject({ kdf: "argon2id13", iterations: 2, memory: 19_456 });
    const unknown = { kdf: "pbkdf2", iterations: 5000 } as const;
    const other = scram({ principals: () => null, unknown });
    const { extra: given } = await challengeOf(other, { authid: "moe", authextra: { nonce } });
    expect(given).toMatchObject({ kdf: "pbkdf2", iterations: 5000, memory: null });
  });
});

test("the router's nonce extends the client's", async () => {
  const method = scram({ principals });
  const { extra } = await challengeOf(method, { authid: "joe", authextra: { nonce } });
  expect(extra["nonce"]).toMatch(/^AAAAAAAAAAAAAAAAAAAAAA==[A-Za-z0-9+/]{22}==$/);
});

test.each([undefined, 1, "", "not base64", "A".repeat(1000)])(
  "a nonce that is none: %j",
  async (given) => {
    const said = introduction({ authid: "joe", authextra: { nonce: given } });
    expect(await scram({ principals }).begin(said)).toEqual(REFUSED);
  },
);

test("AUTHENTICATE has to repeat what was agreed on", async () => {
  const method = scram({ principals: { joe: { ...pbkdf2, role: "user" } } });
  const client = show({ authid: "joe", password: "pencil" });
  const attempt = await client.begin({ connection: undefined });
  const { extra, respond } = await challengeOf(method, {
    authid: "joe",
    authextra: attempt.authextra ?? {},
  });
  const { signature, extra: given } = await attempt.challenge(extra);
  for (const change of [
    { nonce: "other" },
    { nonce: undefined },
    { channel_binding: "tls-unique" },
    { cbind_data: "AAAA" },
  ]) {
    expect(await respond(signature, { ...given, ...change })).toEqual(REFUSED);
  }
  expect(await respond(signature.slice(4), { ...given })).toEqual(REFUSED);
  expect(await respond("?", { ...given })).toEqual(REFUSED);
  expect(await respond(signature, { ...given })).toMatchObject({ type: "accept" });
});

describe("channel binding", () => {
  const tls = (byte: number): object => ({
    tls: { protocol: "TLSv1.3", exportKeyingMaterial: () => new Uint8Array(32).fill(byte) },
  });

  test.each([
    ["the same channel", tls(1), "accept"],
    ["another channel", tls(2), "refuse"],
  ])("%s", async (_, request, outcome) => {
    const client = show({ authid: "joe", password: "pencil", channelBinding: "tls-exporter" });
    const attempt = await client.begin({ connection: { request: tls(1) } as never });
    expect(attempt.authextra).toMatchObject({ channel_binding: "tls-exporter" });
    const said = { authid: "joe", authextra: attempt.authextra ?? {} };
    const { extra, respond } = await challengeOf(scram({ principals }), said, request);
    const { signature, extra: given = {} } = await attempt.challenge(extra);
    expect(given["cbind_data"]).toBe(toBase64(new Uint8Array(32).fill(1)));
    expect(await respond(signature, given)).toMatchObject({ type: outcome });
    expect(await respond(signature, { ...given, cbind_data: null })).toEqual(REFUSED);
  });

  test.each(["tls-unique", "tls-server-end-point", "tls-exporter"])(
    "%s isn't there",
    async (type) => {
      const said = introduction({ authid: "joe", authextra: { nonce, channel_binding: type } }, {});
      expect(await scram({ principals }).begin(said)).toEqual(REFUSED);
    },
  );
});

test("credentials that aren't complete are refused", () => {
  const role = "user";
  const make = (change: object) => () =>
    scram({ principals: { joe: { ...pbkdf2, role, ...change } } });
  expect(make({ kdf: "md5" })).toThrow("key derivation");
  expect(make({ kdf: "argon2id-13" })).toThrow("key derivation");
  expect(make({ salt: "?" })).toThrow("salt");
  expect(make({ storedKey: "AAAA" })).toThrow("storedKey");
  expect(make({ serverKey: undefined })).toThrow("serverKey");
  expect(make({ iterations: 0 })).toThrow("iterations");
  expect(make({ kdf: "argon2id13" })).toThrow("memory");
});
