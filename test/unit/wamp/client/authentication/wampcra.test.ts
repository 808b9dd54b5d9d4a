import { describe, expect, test } from "vitest";
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
