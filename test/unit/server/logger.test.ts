import { afterEach, expect, test, vi } from "vitest";
import { defaultLogger, quote } from "../../../src/server/logger.ts";

afterEach(() => vi.restoreAllMocks());

test("by default warnings and errors go to the console, and nothing else does", () => {
  const methods = ["debug", "info", "log", "warn", "error"] as const;
  const spies = methods.map((method) => vi.spyOn(console, method).mockImplementation(() => {}));
  const error = new Error("x");
  defaultLogger.debug("a");
  defaultLogger.info("b");
  defaultLogger.warn("c", 1);
  defaultLogger.error("d", error);
  expect(spies.map((spy) => spy.mock.calls)).toEqual([
    [],
    [],
    [],
    [["fullduplex:", "c", 1]],
    [["fullduplex:", "d", error]],
  ]);
});

test("what is quoted stays one line, and is cut", () => {
  expect(quote('a"b\r\nc\u001b[0m')).toBe('"a\\"b\\r\\nc\\u001b[0m"');
  expect(quote("\u007f\u0085\u009b\u2028\u2029é")).toBe('"?????é"');
  expect(quote("x".repeat(1000))).toBe(`"${"x".repeat(200)}…"`);
});
