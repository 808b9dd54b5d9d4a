import { describe, expect, test } from "vitest";
import { cryptosign as show } from "../../../../../src/wamp/client/authentication/cryptosign.ts";
import { cryptosign } from "../../../../../src/wamp/router/authentication/cryptosign.ts";
import {
  challengeOf,
  cryptoUse,
  introduction,
  knock,
  routerWith,
  welcomed,
} from "../../../../support/wamp-authentication.ts";

/** Keys of the specification's examples. */
const JOE = {
  privateKey: "4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510",
  publicKey: "1adfc8bfe1d35616e64dffbd900096f23b066f914c8c2ffbb66f6075b96e116d",
};
const ROUTER = {
  privateKey: "d511fe78e23934b3dadb52fcd022974b80bd92bccc7c5cf404e46cc0a8a2f5cd",
  publicKey: "6ed32739ff04a6074044ff0b0e3bfc7c856bc9d5f1d25efc57363bda0af3a8b0",
};
const { privateKey } = JOE;
const principals = { joe: { role: "user", publicKeys: [JOE.publicKey.toUpperCase()] } };
const FAILED = [3, {}, "wamp.error.authentication_failed"];
const REFUSED = { type: "refuse", reason: "wamp.error.authentication_failed" };

test("the right key lets in, with a name and without", async () => {
  const { router } = routerWith(cryptosign({ principals }));
  const { end, challenges } = await knock(router, [show({ privateKey, authid: "joe" })]);
  expect(challenges).toEqual([
    [
      4,
      "cryptosign",
      { challenge: expect.stringMatching(/^[0-9a-f]{64}$/), channel_binding: null },
    ],
  ]);
  const details = {
    authid: "joe",
    authrole: "user",
    authmethod: "cryptosign",
    authprovider: "static",
  };
  expect(end).toMatchObject([2, expect.any(Number), details]);
  expect(await welcomed(router, [show({ privateKey })])).toEqual(details);
});

test("another key, or another name, doesn't", async () => {
  const { router, logger } = routerWith(cryptosign({ principals }));
  const methods = [
    show({ privateKey: ROUTER.privateKey, authid: "joe" }),
    show({ privateKey: ROUTER.privateKey }),
    show({ privateKey, authid: "moe" }),
    show({ privateKey, authid: "__proto__" }),
  ];
  for (const method of methods) expect((await knock(router, [method])).end).toEqual(FAILED);
  expect(logger.lines).toEqual([]);
});

test("a key of two says nothing about which of them it is", async () => {
  const two = { ...principals, ann: principals.joe };
  const { router } = routerWith(cryptosign({ principals: two }));
  expect(await welcomed(router, [show({ privateKey, authid: "ann" })])).toMatchObject({
    authid: "ann",
  });
  expect((await knock(router, [show({ privateKey })])).end).toEqual(FAILED);
});

test("a key that isn't known costs as much", async () => {
  const method = cryptosign({ principals });
  const attempt = (authid: string) => async (): Promise<void> => {
    const said = { authid, authextra: { pubkey: JOE.publicKey } };
    const { respond, extra } = await challengeOf(method, said);
    expect(await respond("00".repeat(64) + String(extra["challenge"]), {})).toEqual(REFUSED);
  };
  const known = await cryptoUse(attempt("joe"));
  expect(known["verify"]).toBe(1);
  expect(await cryptoUse(attempt("moe"))).toEqual(known);
});

test.each([undefined, 1, "", "zz".repeat(32), "00".repeat(31)])(
  "a public key that is none: %j",
  async (pubkey) => {
    const said = introduction({ authid: "joe", authextra: { pubkey } });
    expect(await cryptosign({ principals }).begin(said)).toEqual(REFUSED);
  },
);

test("a signature is for one challenge", async () => {
  const method = cryptosign({ principals });
  const attempt = await show({ privateKey }).begin({ connection: undefined });
  const said = { authid: "joe", authextra: attempt.authextra ?? {} };
  const first = await challengeOf(method, said);
  const second = await challengeOf(method, said);
  const { signature } = await attempt.challenge(first.extra);
  expect(await second.respond(signature, {})).toEqual(REFUSED);
  expect(await first.respond(signature.slice(0, 190), {})).toEqual(REFUSED);
  expect(await first.respond(`${"0".repeat(64)}${signature.slice(64)}`, {})).toEqual(REFUSED);
  expect(await first.respond(signature, {})).toMatchObject({ type: "accept" });
});

test("a function finds keys", async () => {
  const asked: unknown[] = [];
  const method = cryptosign({
    principals: async ({ publicKey, authid }) => {
      asked.push([publicKey, authid]);
      return { role: "user", publicKeys: [JOE.publicKey] };
    },
  });
  const { router } = routerWith(method);
  expect(await welcomed(router, [show({ privateKey })])).toMatchObject({
    authid: JOE.publicKey,
    authprovider: "dynamic",
  });
  expect(await welcomed(router, [show({ privateKey, authid: "joe" })])).toMatchObject({
    authid: "joe",
  });
  expect((await knock(router, [show({ privateKey: ROUTER.privateKey })])).end).toEqual(FAILED);
  expect(asked).toEqual([
    [JOE.publicKey, undefined],
    [JOE.publicKey, "joe"],
    [ROUTER.publicKey, undefined],
  ]);
});

describe("the router's proof", () => {
  const routerKeys = [ROUTER.publicKey];

  test("is checked", async () => {
    const { router } = routerWith(cryptosign({ principals, privateKey: ROUTER.privateKey }));
    const { end, challenges } = await knock(router, [show({ privateKey, routerKeys })]);
    expect(end[0]).toBe(2);
    expect(challenges).toMatchObject([[4, "cryptosign", { pubkey: ROUTER.publicKey }]]);
    const others = [show({ privateKey, routerKeys: [JOE.publicKey] })];
    await expect(knock(router, others)).rejects.toThrow("no key that is trusted");
  });

  test("isn't given by a router that has no key", async () => {
    const { router } = routerWith(cryptosign({ principals }));
    const knocking = knock(router, [show({ privateKey, routerKeys })]);
    await expect(knocking).rejects.toThrow("no key that is trusted");
  });

  test("isn't given for a challenge that is none, nor unless it is asked for", async () => {
    const method = cryptosign({ principals, privateKey: ROUTER.privateKey });
    for (const challenge of [undefined, null, 1, "00"]) {
      const authextra = { pubkey: JOE.publicKey, challenge };
      const { extra } = await challengeOf(method, { authextra });
      expect(Object.keys(extra)).toEqual(["challenge", "channel_binding"]);
    }
  });
});

describe("channel binding", () => {
  const tls = (byte: number, protocol = "TLSv1.3"): object => ({
    tls: { protocol, exportKeyingMaterial: () => new Uint8Array(32).fill(byte) },
  });
  const client = show({
    privateKey,
    channelBinding: "tls-exporter",
    routerKeys: [ROUTER.publicKey],
  });

  test("both proofs are made for the channel", async () => {
    const method = cryptosign({ principals, privateKey: ROUTER.privateKey });
    const attempt = await client.begin({ connection: { request: tls(1) } as never });
    const said = { authextra: attempt.authextra ?? {} };
    const { extra, respond } = await challengeOf(method, said, tls(1));
    expect(extra["channel_binding"]).toBe("tls-exporter");
    const { signature } = await attempt.challenge(extra);
    expect(await respond(signature, {})).toMatchObject({ type: "accept" });
    const elsewhere = await challengeOf(method, said, tls(2));
    await expect(attempt.challenge(elsewhere.extra)).rejects.toThrow("proof is wrong");
    expect(await elsewhere.respond(signature, {})).toEqual(REFUSED);
  });

  test.each([
    ["tls-unique", tls(1)],
    ["tls-exporter", {}],
    ["tls-exporter", tls(1, "TLSv1.2")],
    [1, tls(1)],
  ])("%s isn't there", async (channel_binding, request) => {
    const said = introduction({ authextra: { pubkey: JOE.publicKey, channel_binding } }, request);
    expect(await cryptosign({ principals }).begin(said)).toEqual(REFUSED);
  });
});

test("keys that are none are refused", () => {
  expect(() => cryptosign({ principals, privateKey: "00" })).toThrow("32 bytes in hex");
  const publicKeys = ["00"];
  expect(() => cryptosign({ principals: { joe: { role: "user", publicKeys } } })).toThrow(
    "32 bytes",
  );
  expect(() => cryptosign({ principals: { joe: { role: "user" } as never } })).toThrow(
    "publicKeys",
  );
});
