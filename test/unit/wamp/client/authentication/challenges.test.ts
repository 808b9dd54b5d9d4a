/** What routers may ask clients for. */

import { describe, expect, test } from "vitest";
import { toBase64 } from "../../../../../src/wamp/authentication/bytes.ts";
import type { Attempt } from "../../../../../src/wamp/client/authentication/authentication.ts";
import { cryptosign } from "../../../../../src/wamp/client/authentication/cryptosign.ts";
import { scram } from "../../../../../src/wamp/client/authentication/scram.ts";
import type { ScramOptions } from "../../../../../src/wamp/client/authentication/scram.ts";
import { wampcra } from "../../../../../src/wamp/client/authentication/wampcra.ts";
import type { Dict } from "../../../../../src/wamp/protocol/messages.ts";
import { cryptoUse } from "../../../../support/wamp-authentication.ts";

const context = { connection: undefined };
const FAILED = { uri: "wamp.error.authentication_failed" };

describe("WAMP-CRA", () => {
  const client = wampcra({ authid: "joe", secret: "pencil" });
  const answer = async (extra: Dict): Promise<string> =>
    (await (await client.begin(context)).challenge(extra)).signature;

  test("a challenge without salt, and with", async () => {
    expect(await answer({ challenge: "{}" })).toBe(await answer({ challenge: "{}", salt: null }));
    const salted = await answer({ challenge: "{}", salt: "s" });
    expect(salted).toBe(await answer({ challenge: "{}", salt: "s", iterations: 1000, keylen: 32 }));
  });

  test.each([
    {},
    { challenge: 1 },
    { challenge: "{}", salt: 1 },
    { challenge: "{}", salt: "s", iterations: 0 },
    { challenge: "{}", salt: "s", iterations: 1.5 },
    { challenge: "{}", salt: "s", iterations: 1_000_001 },
    { challenge: "{}", salt: "s", iterations: "1000" },
    { challenge: "{}", salt: "s", keylen: 65 },
    { challenge: "{}", salt: "s", keylen: -1 },
  ])("is not answered, and nothing is derived: %j", async (extra) => {
    const used = await cryptoUse(async () => expect(answer(extra)).rejects.toMatchObject(FAILED));
    expect(used["deriveBits"]).toBe(0);
  });

  test("a limit of one's own", async () => {
    const strict = wampcra({ authid: "joe", secret: "pencil", maxIterations: 10 });
    const attempt = await strict.begin(context);
    const extra = { challenge: "{}", salt: "s", iterations: 11 };
    await expect(attempt.challenge(extra)).rejects.toMatchObject(FAILED);
  });
});

describe("SCRAM", () => {
  const salt = toBase64(new Uint8Array(16));
  const derived: unknown[] = [];
  const argon2id = async (_: string, __: Uint8Array, cost: unknown): Promise<Uint8Array> => {
    derived.push(cost);
    return new Uint8Array(32);
  };
  const begin = async (more: Partial<ScramOptions> = {}): Promise<Attempt & { nonce: string }> => {
    const attempt = await scram({ authid: "joe", password: "pencil", argon2id, ...more }).begin(
      context,
    );
    return Object.assign(attempt, { nonce: attempt.authextra?.["nonce"] as string });
  };
  const PBKDF2 = { salt, kdf: "pbkdf2", iterations: 4096, memory: null };
  const ARGON2 = { salt, kdf: "argon2id13", iterations: 1, memory: 8192 };

  test.each([PBKDF2, ARGON2, { ...ARGON2, memory: 262_144, iterations: 8 }])(
    "%j",
    async (extra) => {
      const attempt = await begin();
      const nonce = `${attempt.nonce}AAAA`;
      const { signature, extra: given } = await attempt.challenge({ ...extra, nonce });
      expect(signature).toMatch(/^[A-Za-z0-9+/]{43}=$/);
      expect(given).toEqual({ nonce, channel_binding: null, cbind_data: null });
    },
  );

  test.each([
    ["not the client's nonce", { ...PBKDF2, nonce: "AAAA" }],
    ["nothing but the client's nonce", PBKDF2],
    ["a nonce that would end early", { ...PBKDF2, add: ",s=AAAA" }],
    ["an endless nonce", { ...PBKDF2, add: "A".repeat(2000) }],
    ["no nonce", { ...PBKDF2, nonce: 1 }],
    ["a salt that is none", { ...PBKDF2, add: "AAAA", salt: "?" }],
    ["no salt", { ...PBKDF2, add: "AAAA", salt: undefined }],
    ["an unknown derivation", { ...PBKDF2, add: "AAAA", kdf: "md5" }],
    ["the dialect's derivation", { ...ARGON2, add: "AAAA", kdf: "argon2id-13" }],
    ["too few iterations", { ...PBKDF2, add: "AAAA", iterations: 4095 }],
    ["too many iterations", { ...PBKDF2, add: "AAAA", iterations: 10_000_001 }],
    ["half an iteration", { ...PBKDF2, add: "AAAA", iterations: 4096.5 }],
    ["no memory", { ...ARGON2, add: "AAAA", memory: null }],
    ["too little memory", { ...ARGON2, add: "AAAA", memory: 7, iterations: 10_000 }],
    ["too much memory", { ...ARGON2, add: "AAAA", memory: 262_145 }],
    ["too little work", { ...ARGON2, add: "AAAA", memory: 8191 }],
    ["too much work", { ...ARGON2, add: "AAAA", iterations: 257 }],
  ])("%s is not answered, and nothing is derived", async (_, { add = "", ...extra }: Dict) => {
    const attempt = await begin();
    derived.length = 0;
    const used = await cryptoUse(async () => {
      const challenge = { nonce: attempt.nonce + String(add), ...extra };
      await expect(attempt.challenge(challenge)).rejects.toMatchObject(FAILED);
    });
    expect([used["deriveBits"], derived]).toEqual([0, []]);
  });

  test("limits of one's own", async () => {
    const attempt = await begin({ limits: { minIterations: 5000 } });
    const nonce = `${attempt.nonce}AAAA`;
    await expect(attempt.challenge({ ...PBKDF2, nonce })).rejects.toMatchObject(FAILED);
  });

  test("a nonce is for one proof", async () => {
    const attempt = await begin();
    const extra = { ...PBKDF2, nonce: `${attempt.nonce}AAAA` };
    await attempt.challenge(extra);
    await expect(attempt.challenge(extra)).rejects.toThrow("a second CHALLENGE");
  });

  test("for the same salt a key is derived once only", async () => {
    const client = scram({ authid: "joe", password: "pencil", argon2id });
    derived.length = 0;
    const answer = async (change: Dict): Promise<void> => {
      const attempt = await client.begin(context);
      const nonce = `${String(attempt.authextra?.["nonce"])}AAAA`;
      await attempt.challenge({ ...ARGON2, ...change, nonce });
    };
    await Promise.all([answer({}), answer({}), answer({})]);
    expect(derived).toHaveLength(1);
    await answer({ iterations: 2 });
    await answer({ salt: toBase64(new Uint8Array(8)) });
    expect(derived).toHaveLength(3);
  });

  test("a derivation that failed is tried again", async () => {
    let count = 0;
    const broken = async (): Promise<Uint8Array> => {
      count += 1;
      throw new Error("out of memory");
    };
    const client = scram({ authid: "joe", password: "pencil", argon2id: broken });
    for (let attempts = 0; attempts < 2; attempts++) {
      const attempt = await client.begin(context);
      const nonce = `${String(attempt.authextra?.["nonce"])}AAAA`;
      await expect(attempt.challenge({ ...ARGON2, nonce })).rejects.toThrow("out of memory");
    }
    expect(count).toBe(2);
  });

  test.each([
    ["the example of the specification", "v="],
    ["its text", ""],
  ])("the router's proof, as in %s", async (_, before) => {
    const client = scram({ authid: "joe", password: "pencil", argon2id });
    const { scram: router } =
      await import("../../../../../src/wamp/router/authentication/scram.ts");
    const { scramCredentials } = await import("../../../../../src/wamp/authentication/scram.ts");
    const { challengeOf } = await import("../../../../support/wamp-authentication.ts");
    const credentials = await scramCredentials("pencil", { kdf: "pbkdf2", iterations: 4096 });
    const attempt = await client.begin(context);
    const method = router({ principals: { joe: { ...credentials, role: "user" } } });
    const { extra, respond } = await challengeOf(method, {
      authid: "joe",
      authextra: attempt.authextra ?? {},
    });
    const answer = await attempt.challenge(extra);
    const step = await respond(answer.signature, answer.extra ?? {});
    if (step.type !== "accept") throw new Error(step.type);
    const verifier = String(step.principal.authextra?.["verifier"]);
    expect(() =>
      attempt.welcome?.({ roles: {}, authextra: { verifier: before + verifier } }),
    ).not.toThrow();
    for (const wrong of [
      undefined,
      1,
      "",
      `x${verifier}`,
      verifier.replace(/^./, (c) => (c === "A" ? "B" : "A")),
    ]) {
      expect(() => attempt.welcome?.({ roles: {}, authextra: { verifier: wrong } })).toThrow(
        "proof is wrong",
      );
    }
  });

  test("what isn't available is refused", async () => {
    const channelBinding = "tls-exporter";
    const bound = scram({ authid: "joe", password: "pencil", channelBinding });
    expect(() => bound.begin(context)).toThrow("this connection has no tls-exporter");
    const options = {
      authid: "joe",
      password: "pencil",
      channelBinding,
      dialect: "autobahn",
    } as const;
    expect(() => scram(options)).toThrow("no channel binding");
    expect(() => scram({ authid: "\u0007", password: "" })).toThrow(TypeError);
  });
});

describe("cryptosign", () => {
  const privateKey = "4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510";
  const challenge = "ff".repeat(32);

  test("a challenge", async () => {
    const attempt = await cryptosign({ privateKey }).begin(context);
    expect(attempt.authextra).toEqual({
      pubkey: "1adfc8bfe1d35616e64dffbd900096f23b066f914c8c2ffbb66f6075b96e116d",
    });
    const { signature } = await attempt.challenge({ challenge, channel_binding: null });
    expect(signature).toMatch(/^[0-9a-f]{192}$/);
    expect(signature.slice(128)).toBe(challenge);
  });

  test.each([
    {},
    { challenge: 1 },
    { challenge: "ff" },
    { challenge, channel_binding: "tls-unique" },
  ])("is not answered: %j", async (extra) => {
    const attempt = await cryptosign({ privateKey }).begin(context);
    await expect(attempt.challenge(extra)).rejects.toMatchObject(FAILED);
  });

  test("a router that ignores the channel binding is refused", async () => {
    const tls = { protocol: "TLSv1.3", exportKeyingMaterial: () => new Uint8Array(32) };
    const connection = { request: { tls } } as never;
    const attempt = await cryptosign({ privateKey, channelBinding: "tls-exporter" }).begin({
      connection,
    });
    await expect(attempt.challenge({ challenge })).rejects.toThrow("doesn't bind to the channel");
  });

  test("a router that was asked for a proof has to give one", async () => {
    const attempt = await cryptosign({ privateKey, routerKeys: ["11".repeat(32)] }).begin(context);
    expect(attempt.authextra?.["challenge"]).toMatch(/^[0-9a-f]{64}$/);
    await expect(attempt.challenge({ challenge })).rejects.toThrow("no key that is trusted");
    const forged = { challenge, pubkey: "11".repeat(32), signature: "00".repeat(96) };
    await expect(attempt.challenge(forged)).rejects.toThrow("proof is wrong");
    expect(() => attempt.welcome?.({ roles: {} })).toThrow("proven nothing");
  });

  test("what isn't available is refused", async () => {
    const client = cryptosign({ privateKey, channelBinding: "tls-exporter" });
    await expect(client.begin(context)).rejects.toMatchObject({ code: "ERR_UNSUPPORTED" });
    expect(() => cryptosign({ privateKey: "x" })).toThrow("32 bytes in hex");
    expect(() => cryptosign({ privateKey, routerKeys: ["x"] })).toThrow("routerKeys");
  });
});
