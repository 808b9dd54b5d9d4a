import { describe, expect, test } from "vitest";
import { wampcra as show } from "../../../../../src/wamp/client/authentication/wampcra.ts";
import { signChallenge, wampcraSecret } from "../../../../../src/wamp/authentication/wampcra.ts";
import { wampcra } from "../../../../../src/wamp/router/authentication/wampcra.ts";
import {
  challengeOf,
  cryptoUse,
  knock,
  routerWith,
  welcomed,
} from "../../../../support/wamp-authentication.ts";

const salting = { salt: "d8f31ab2", iterations: 100, keylen: 32 };
const principals = {
  joe: { secret: "secret2", role: "user" },
  ann: { secret: await wampcraSecret("pencil", salting), ...salting, role: "user" },
};
const FAILED = [3, {}, "wamp.error.authentication_failed"];

test("the right secret lets in", async () => {
  const { router } = routerWith(wampcra({ principals }));
  expect(await welcomed(router, [show({ authid: "joe", secret: "secret2" })])).toEqual({
    authid: "joe",
    authrole: "user",
    authmethod: "wampcra",
    authprovider: "static",
  });
});

test("the right password lets in, where the secret is salted", async () => {
  const { router } = routerWith(wampcra({ principals }));
  const { end, challenges } = await knock(router, [show({ authid: "ann", secret: "pencil" })]);
  expect(challenges).toMatchObject([[4, "wampcra", salting]]);
  expect(end[0]).toBe(2);
});

test("the challenge says all that the specification wants", async () => {
  const method = wampcra({ principals: { joe: { secret: "1", role: "user", roles: ["admin"] } } });
  const { extra } = await challengeOf(method, { authid: "joe", authrole: "admin", session: 4711 });
  const { challenge } = extra as { challenge: string };
  const { nonce, timestamp, ...rest } = JSON.parse(challenge) as Record<string, string>;
  expect(rest).toEqual({
    authid: "joe",
    authrole: "admin",
    authmethod: "wampcra",
    authprovider: "static",
    session: 4711,
  });
  expect(nonce).toMatch(/^[A-Za-z0-9+/]{22}==$/);
  expect(new Date(timestamp as string).toISOString()).toBe(timestamp);
  const { extra: another } = await challengeOf(method, { authid: "joe" });
  expect(another["challenge"]).not.toBe(challenge);
});

test.each([
  ["joe", "secret"],
  ["joe", ""],
  ["ann", "pencils"],
  ["moe", "secret2"],
  ["__proto__", "secret2"],
])("%s with %j doesn't get in", async (authid, secret) => {
  const { router, logger } = routerWith(wampcra({ principals }));
  const { end, challenges } = await knock(router, [show({ authid, secret })]);
  expect(challenges).toHaveLength(1);
  expect(end).toEqual(FAILED);
  expect(logger.lines).toEqual([]);
});

describe("whoever isn't known", () => {
  test("costs as much", async () => {
    const method = wampcra({ principals });
    const attempt = (authid: string) => async (): Promise<void> => {
      const { respond } = await challengeOf(method, { authid });
      expect(await respond("wrong", {})).toEqual({ type: "refuse", reason: FAILED[2] });
    };
    const known = await cryptoUse(attempt("joe"));
    expect(known["sign"]).toBeGreaterThan(0);
    expect(await cryptoUse(attempt("ann"))).toEqual(known);
    for (const authid of ["moe", "eve", "bob"]) {
      expect(await cryptoUse(attempt(authid))).toEqual(known);
    }
  });

  test("gets the same challenge as somebody, with a salt that stays the same", async () => {
    const method = wampcra({ principals: { ann: principals.ann } });
    const { extra } = await challengeOf(method, { authid: "ann" });
    const { extra: first } = await challengeOf(method, { authid: "moe" });
    const { extra: second } = await challengeOf(method, { authid: "moe" });
    const { extra: other } = await challengeOf(method, { authid: "eve" });
    expect(Object.keys(first)).toEqual(Object.keys(extra));
    expect(first).toMatchObject({
      iterations: 100,
      keylen: 32,
      salt: expect.stringMatching(/^[0-9a-f]{8}$/),
    });
    expect(second["salt"]).toBe(first["salt"]);
    expect(other["salt"]).not.toBe(first["salt"]);
    expect(first["salt"]).not.toBe(salting.salt);
    const [real, madeUp] = [extra, first].map(
      ({ challenge }) => JSON.parse(challenge as string) as object,
    );
    expect(Object.keys(madeUp as object)).toEqual(Object.keys(real as object));
    expect(madeUp).toMatchObject({ authid: "moe", authrole: "user", authprovider: "static" });
  });

  test("a salt in base64 looks like one in base64", async () => {
    const salt = "W22ZaJ0SNY7soEsUEjb6gQ==";
    const method = wampcra({ principals: { ann: { ...principals.ann, salt } } });
    const { extra } = await challengeOf(method, { authid: "moe" });
    expect(extra["salt"]).toMatch(/^[A-Za-z0-9+/]{22}==$/);
    expect(extra["salt"]).not.toBe(salt);
  });

  test("looks like those who came later, too", async () => {
    const known = new Map<string, typeof principals.ann>();
    const method = wampcra({ principals: known });
    expect(Object.keys((await challengeOf(method, { authid: "moe" })).extra)).toEqual([
      "challenge",
    ]);
    known.set("ann", principals.ann);
    const { extra } = await challengeOf(method, { authid: "moe" });
    expect(Object.keys(extra)).toEqual(["challenge", "salt", "iterations", "keylen"]);
  });

  test("is told what others are told, where a function finds them", async () => {
    const unknown = { role: "member", iterations: 5000, keylen: 32 };
    const method = wampcra({ principals: () => undefined, unknown });
    const { extra } = await challengeOf(method, { authid: "moe" });
    expect(extra).toMatchObject({ iterations: 5000, keylen: 32, salt: expect.any(String) });
    expect(JSON.parse(extra["challenge"] as string)).toMatchObject({ authrole: "member" });
    const plain = await challengeOf(wampcra({ principals: () => undefined }), { authid: "moe" });
    expect(Object.keys(plain.extra)).toEqual(["challenge"]);
  });

  test("doesn't get in with what is known of the made up one", async () => {
    const { respond, extra } = await challengeOf(wampcra({ principals: {} }), { authid: "moe" });
    for (const secret of ["", "undefined"]) {
      const signature = await signChallenge(secret, extra["challenge"] as string);
      expect(await respond(signature, {})).toMatchObject({ type: "refuse" });
    }
  });
});

test("principals that make no sense are refused", () => {
  expect(() => wampcra({ principals: { joe: { secret: "", role: "user" } } })).toThrow("secret");
  const salt = 1 as never;
  expect(() => wampcra({ principals: { joe: { secret: "1", salt, role: "user" } } })).toThrow(
    "salt",
  );
});
