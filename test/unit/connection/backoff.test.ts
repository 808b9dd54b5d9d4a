import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { backoff } from "../../../src/connection/backoff.ts";
import { ClosedError, HandshakeError } from "../../../src/errors.ts";

let random = 0;

beforeEach(() => void vi.spyOn(Math, "random").mockImplementation(() => random));
afterEach(() => void vi.restoreAllMocks());

function closed(code: number): ClosedError {
  return new ClosedError({ code, reason: "", wasClean: true, initiator: "remote" });
}

describe("the delay before the next attempt", () => {
  test("is anything between nothing and a bound that doubles", () => {
    for (random of [0, 0.5, 1]) {
      const delays = Array.from({ length: 9 }, (_, attempt) => backoff(attempt, undefined, {}));
      const bounds = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000];
      expect(delays).toEqual(bounds.map((bound) => bound * random));
    }
  });

  test("has bounds of the caller's choice, and never loses them", () => {
    random = 1;
    const options = { initialDelay: 100, maxDelay: 250 };
    expect([0, 1, 2, 3, 2_000].map((attempt) => backoff(attempt, undefined, options))).toEqual([
      100, 200, 250, 250, 250,
    ]);
  });

  test("is never less than what the server asked for", () => {
    random = 0.5;
    const busy = new HandshakeError("busy", { retryAfter: 60_000 });
    expect(backoff(0, busy, {})).toBe(60_000);
    expect(backoff(0, new HandshakeError("soon", { retryAfter: 1 }), {})).toBe(250);
    expect(backoff(0, new HandshakeError("whenever"), {})).toBe(250);
  });

  test.each([1012, 1013])("is 5 to 30 seconds after %d", (code) => {
    random = 0;
    expect(backoff(0, closed(code), {})).toBe(5_000);
    random = 1;
    expect(backoff(0, closed(code), {})).toBe(30_000);
  });

  test.each([1000, 1001, 1006, 1011, 1014])("is as usual after %d", (code) => {
    random = 0.5;
    expect(backoff(0, closed(code), {})).toBe(250);
  });
});
