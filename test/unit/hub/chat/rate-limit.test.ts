import { describe, expect, test } from "vitest";
import { RateLimit } from "../../../../src/hub/chat/rate-limit.ts";
import type { Verdict } from "../../../../src/hub/chat/rate-limit.ts";

function takeMany(limit: RateLimit, count: number): Verdict[] {
  return Array.from({ length: count }, () => limit.take());
}

describe("RateLimit", () => {
  test("lets a burst through, then asks for patience", () => {
    const limit = new RateLimit(() => 0);
    expect(new Set(takeMany(limit, 30))).toEqual(new Set(["go"]));
    expect(limit.take()).toBe("slower");
  });

  test("lets five messages a second through, for as long as it takes", () => {
    let now = 0;
    const limit = new RateLimit(() => now);
    takeMany(limit, 30);
    for (let second = 1; second < 100; second++) {
      now = second * 1000;
      expect(takeMany(limit, 6)).toEqual(["go", "go", "go", "go", "go", "slower"]);
    }
  });

  test("saves up no more than one burst", () => {
    let now = 0;
    const limit = new RateLimit(() => now);
    now = 1_000_000;
    expect(takeMany(limit, 31).at(-1)).toBe("slower");
  });

  test("gives up on whoever does not listen", () => {
    const limit = new RateLimit(() => 0);
    const verdicts = takeMany(limit, 131);
    expect(verdicts.indexOf("stop")).toBe(130);
  });
});
