import { describe, expect, test } from "vitest";
import { cryptosign } from "../../../../../src/wamp/client/authentication/cryptosign.ts";

const context = { connection: undefined };
const FAILED = { uri: "wamp.error.authentication_failed" };

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
