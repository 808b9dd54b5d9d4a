import { expect, test } from "vitest";
import { createToken } from "../../../../src/hub/browser/token.ts";

test("tokens are what the server takes, and differ", () => {
  const tokens = Array.from({ length: 500 }, createToken);
  for (const token of tokens) expect(token).toMatch(/^[A-Za-z0-9_-]{16}$/);
  expect(new Set(tokens).size).toBe(500);
});
