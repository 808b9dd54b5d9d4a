import { expect, test } from "vitest";
import { isSameToken, newToken, tokenId } from "../../../../../src/ddp/server/session/token.ts";

test("tokens are secrets with an id", () => {
  const tokens = Array.from({ length: 100 }, newToken);
  expect(new Set(tokens).size).toBe(100);
  expect(new Set(tokens.map(tokenId)).size).toBe(100);
  for (const token of tokens) expect(token).toMatch(/^[2-9A-Za-z]{17}[\w-]{43}$/);
});

test("tokens are the same or not", () => {
  const token = newToken();
  expect(isSameToken(token, token.slice())).toBe(true);
  expect(isSameToken(token, `${token}x`)).toBe(false);
  expect(isSameToken(token, token.slice(1))).toBe(false);
  expect(isSameToken(token, `${tokenId(token)}${newToken().slice(17)}`)).toBe(false);
  expect(isSameToken("", "")).toBe(true);
});
