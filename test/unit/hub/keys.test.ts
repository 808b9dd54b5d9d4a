import { describe, expect, test } from "vitest";
import { resolveKeys } from "../../../src/hub/keys.ts";

const LONG = "0123456789abcdef0123456789abcdef";

describe("resolveKeys", () => {
  test("takes what is given", () => {
    const given = { apiKeys: [LONG, `${LONG}2`], tokenSecret: LONG };
    expect(resolveKeys(given)).toEqual({ ...given, generated: {} });
  });

  test("makes up what is not, anew each time", () => {
    const first = resolveKeys({});
    const second = resolveKeys({});
    const all = [first, second].flatMap(({ apiKeys, tokenSecret }) => [...apiKeys, tokenSecret]);
    expect(new Set(all).size).toBe(4);
    for (const key of all) expect(key).toMatch(/^[\w-]{43}$/);
    expect(first.generated).toEqual({ apiKey: first.apiKeys[0], tokenSecret: first.tokenSecret });
  });

  test("makes up only one where the other one is given", () => {
    const { apiKeys, generated } = resolveKeys({ tokenSecret: LONG });
    expect(generated).toEqual({ apiKey: apiKeys[0] });
    expect(resolveKeys({ apiKeys: [LONG] }).generated).not.toHaveProperty("apiKey");
  });

  test.each([
    [{ apiKeys: [LONG, "short-and-secret"] }, "an API key has to have 32 characters or more"],
    [{ apiKeys: [""] }, "an API key has to have 32 characters or more"],
    [{ tokenSecret: "short-and-secret" }, "the token secret has to have 32 characters or more"],
    [{ tokenSecret: "" }, "the token secret has to have 32 characters or more"],
  ])("refuses what can be guessed, and does not repeat it: %j", (given, message) => {
    expect(() => resolveKeys(given)).toThrow(RangeError);
    expect(() => resolveKeys(given)).toThrow(message);
    expect(() => resolveKeys(given)).not.toThrow("short-and-secret");
  });
});
