import { describe, expect, test } from "vitest";
import { toBase64 } from "../../../../../src/wamp/authentication/bytes.ts";
import type { Attempt } from "../../../../../src/wamp/client/authentication/authentication.ts";
import { scram } from "../../../../../src/wamp/client/authentication/scram.ts";
import type { ScramOptions } from "../../../../../src/wamp/client/authentication/scram.ts";
import type { Dict } from "../../../../../src/wamp/protocol/messages.ts";
import { Deferred } from "../../../../../src/util/deferred.ts";
import { settled } from "../../../../support/wamp-peer.ts";
import { cryptoUse } from "../../../../support/wamp-authentication.ts";

const context = { connection: undefined };
const FAILED = { uri: "wamp.error.authentication_failed" };

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

  test("keys are derived one at a time, and only if somebody still waits for them", async () => {
    const salts: Uint8Array[] = [];
    const first = new Deferred<Uint8Array>();
    const authentication = scram({
      authid: "joe",
      password: "pencil",
      argon2id: (_, given) => {
        salts.push(given);
        return first.promise;
      },
    });
    const challenge = async (byte: number): Promise<unknown> => {
      const attempt = await authentication.begin(context);
      const nonce = `${String(attempt.authextra?.["nonce"])}AAAA`;
      const other = toBase64(new Uint8Array(16).fill(byte));
      return attempt.challenge({ ...ARGON2, salt: other, nonce });
    };
    const one = challenge(1);
    await settled();
    const all = Promise.allSettled([one, challenge(2), challenge(3)]);
    await settled();
    expect(salts.map(([byte]) => byte)).toEqual([1]);
    first.resolve(new Uint8Array(32));
    expect(await all).toMatchObject([
      { status: "fulfilled" },
      { status: "rejected", reason: { uri: "wamp.error.canceled" } },
      { status: "fulfilled" },
    ]);
    expect(salts.map(([byte]) => byte)).toEqual([1, 3]);
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
