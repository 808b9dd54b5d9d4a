import { expect, test } from "vitest";
import { FullduplexError } from "../../../../src/errors.ts";
import * as CloseUri from "../../../../src/wamp/protocol/close-uri.ts";
import * as ErrorUri from "../../../../src/wamp/protocol/error-uri.ts";
import { Violation, WampError } from "../../../../src/wamp/protocol/errors.ts";
import { isUriBy } from "../../../../src/wamp/protocol/uri.ts";

test("a WampError has what came with it", () => {
  const cause = new Error("why");
  const error = new WampError("com.error", ["it broke", 1], { a: 2 }, { cause });
  expect(error).toBeInstanceOf(FullduplexError);
  expect(error).toMatchObject({
    code: "ERR_WAMP",
    name: "WampError",
    message: "com.error: it broke",
    uri: "com.error",
    args: ["it broke", 1],
    kwargs: { a: 2 },
    cause,
  });
});

test("a WampError has no arguments by default", () => {
  const error = new WampError("com.error");
  expect([error.message, error.args, error.kwargs]).toEqual(["com.error", [], {}]);
  expect(new WampError("com.error", [{ text: "a" }]).message).toBe("com.error");
});

test.each(["", "no uri", "a..b", "a#"])("%j is no URI of an error", (uri) => {
  expect(() => new WampError(uri)).toThrow(TypeError);
});

test("a violation is an error of its own", () => {
  expect(new Violation("why")).not.toBeInstanceOf(FullduplexError);
});

test("all URIs are the protocol's own, or ours, and strict", () => {
  const uris = [...Object.values(ErrorUri), ...Object.values(CloseUri)];
  expect(
    uris.every((uri) => /^(wamp|fullduplex\.error)\./.test(uri) && isUriBy("strict", uri)),
  ).toBe(true);
  expect(new Set(uris).size).toBe(uris.length);
});
