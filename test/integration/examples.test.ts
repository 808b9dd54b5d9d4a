import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { root } from "../support/project.ts";

/** What each example prints. */
const printed: Record<string, unknown[]> = {
  "authentication.ts": [401, "hello Ada"],
  "ddp.ts": [["buy tea"], "buy tea", 2, "That title is too long [400]", 1],
  "echo.ts": ["hello", "round trip: measured"],
  "latest-only.ts": [{ ODD: "199999", EVEN: "200000" }, true],
  "one-port.ts": ["a page", "an update"],
  "protocol.ts": [{ type: "message", data: "hello yourself" }],
  "reconnecting.ts": ["visit 1", "attempt 1 follows", "visit 2", "attempt 2 follows", "visit 3"],
  "rooms.ts": ["welcome to tea", "welcome to tea", "is there tea left?"],
  "streaming.ts": ["received 6553600 bytes"],
  "wamp-login.ts": [
    "guest",
    21,
    "wamp.error.not_authorized",
    "operator",
    "stopped early",
    "WampError: wamp.error.authentication_failed",
  ],
  "wamp.ts": [2, "6 apples left", "not enough apples", "packed 1", "packed 2", "ready"],
};

const folder = join(root, "examples");

afterEach(() => vi.restoreAllMocks());

test("every example is run here", () => {
  expect(readdirSync(folder).filter((name) => name.endsWith(".ts"))).toEqual(
    Object.keys(printed).sort(),
  );
});

test.each(Object.entries(printed))("%s prints what it says", async (name, expected) => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await import(join(folder, name));
  expect(log.mock.calls.map(([value]) => value)).toEqual(expected);
});
