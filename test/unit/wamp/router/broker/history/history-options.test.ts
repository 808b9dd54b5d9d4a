import { expect, test } from "vitest";
import { makeRouter } from "../../../../../support/wamp-broker.ts";

test.each([
  [{ uri: "com..topic", limit: 5 }, /that is no URI to subscribe to \(exact\)/],
  [{ uri: "com.topic", limit: 0 }, /above 0/],
  [{ uri: "com.topic", limit: 1.5 }, /above 0/],
  [{ uri: "com.topic", limit: 5, ttl: 0 }, /above 0/],
  [{ uri: "com.topic", limit: 5, maxBytes: Number.NaN }, /above 0/],
  [{ uri: "com.topic", limit: 5, maxbytes: 5 }, /did you mean "maxBytes"/],
])("%j is refused", (history, message) => {
  expect(() => makeRouter({ history: [history] })).toThrow(message);
});

test("one pattern has one history", () => {
  const one = { uri: "com.topic", limit: 5 };
  expect(() => makeRouter({ history: [one, { ...one, match: "exact" }] })).toThrow(/there twice/);
  expect(() => makeRouter({ history: [one, { ...one, match: "prefix" }] })).not.toThrow();
});
