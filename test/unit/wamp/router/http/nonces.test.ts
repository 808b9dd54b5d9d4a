import { expect, test } from "vitest";
import { Nonces } from "../../../../../src/wamp/router/http/nonces.ts";

test("a nonce can be used once, for as long as is remembered at least", () => {
  for (const began of [0, 1_000_000, Date.now()]) {
    const nonces = new Nonces(100);
    expect(nonces.use("a", began + 99)).toBe("fresh");
    for (const later of [99, 100, 150, 198]) expect(nonces.use("a", began + later)).toBe("used");
    expect(nonces.use("b", began + 198)).toBe("fresh");
    expect(nonces.use("b", began + 297)).toBe("used");
  }
});

test("what is older than twice that is forgotten", () => {
  const nonces = new Nonces(100);
  expect(nonces.use("a", 1000)).toBe("fresh");
  expect(nonces.use("b", 1100)).toBe("fresh");
  expect(nonces.use("a", 1200)).toBe("fresh");
  expect(nonces.use("b", 5000)).toBe("fresh");
});

test("there is an end to it", () => {
  const nonces = new Nonces(100);
  for (let index = 0; index < 1_000_000; index++) nonces.use(String(index), 1000);
  expect(nonces.use("one more", 1000)).toBe("full");
  expect(nonces.use("5", 1000)).toBe("used");
  expect(nonces.use("one more", 2000)).toBe("fresh");
});
