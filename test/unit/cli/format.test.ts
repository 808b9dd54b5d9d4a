import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { ClosedError, FullduplexError, HandshakeError, TimeoutError } from "fullduplex";
import {
  count,
  describeClose,
  describeCode,
  describeError,
  elide,
  escape,
  escapeJson,
  isTimeout,
  quote,
  toHex,
} from "../../../src/cli/format.ts";

/** Any code points, lone surrogates included; most of them from where the control characters are. */
const anyText = fc
  .array(fc.oneof(fc.nat(0xff), fc.nat(0x20ff), fc.nat(0x10ffff)))
  .map((codes) => String.fromCodePoint(...codes));

const OBEYED = /(?!\t)[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069]/u;

describe("escape", () => {
  test.each([
    ["\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"],
    ["\x1b]0;title\x07", "\\x1b]0;title\\x07"],
    ["a\nb\rc", "a\\nb\\rc"],
    ["\x00\x7f\x9b31m", "\\x00\\x7f\\x9b31m"],
    ["\u202egnp.exe", "\\u202egnp.exe"],
    ["\u2066a\u2069\u200f\ufeff", "\\u2066a\\u2069\\u200f\\ufeff"],
    ["a\u2028b\u2029c", "a\\u2028b\\u2029c"],
    ["\u{e0041}", "\\u{e0041}"],
    ["\ud800x", "\\ud800x"],
  ])("shows %j as %j", (text, shown) => {
    expect(escape(text)).toBe(shown);
  });

  test("leaves what is harmless: tabs, other languages, joined emoji", () => {
    const text = "tab\there, größe, 日本語, नमस्ते, 👩‍👩‍👧, می‌خواهم";
    expect(escape(text)).toBe(text);
  });

  test("leaves what it was told to keep", () => {
    expect(escape("a\nb\x1b", "\n")).toBe("a\nb\\x1b");
  });

  test("leaves no character that a terminal obeys", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(escape(text)).not.toMatch(OBEYED);
      }),
    );
  });
});

test("escapeJson keeps the meaning of JSON", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const json = JSON.stringify(text);
      expect(JSON.parse(escapeJson(json))).toBe(text);
      expect(escapeJson(json)).toBe(escape(escapeJson(json)));
    }),
  );
  expect(escapeJson('"\u{e0041}\x9b"')).toBe('"\\udb40\\udc41\\u009b"');
});

test("quote escapes, and puts in quotes", () => {
  expect(quote("a\x1bb")).toBe('"a\\x1bb"');
});

test("elide cuts what is longer, never inside a character", () => {
  expect(elide("abc", 3)).toBe("abc");
  expect(elide("abcd", 3)).toBe("abc… (4 characters)");
  expect(elide("ab😀d", 3)).toBe("ab… (5 characters)");
  expect(elide("ab😀d", 4)).toBe("ab😀… (5 characters)");
});

test("toHex shows the bytes of a view, and no others", () => {
  expect(toHex(new Uint8Array([1, 2, 0xff, 4]).subarray(1, 3))).toBe("02ff");
});

test("count has a plural", () => {
  expect([0, 1, 2].map((number) => count(number, "byte"))).toEqual([
    "0 bytes",
    "1 byte",
    "2 bytes",
  ]);
});

test.each([
  [1000, "1000 (normal)"],
  [1005, "1005 (no code)"],
  [1011, "1011 (internal error)"],
  [2999, "2999 (unknown)"],
  [4001, "4001 (the application's own)"],
])("describes the code %i", (code, text) => {
  expect(describeCode(code)).toBe(text);
});

describe("describeClose", () => {
  const info = { code: 1000, reason: "", wasClean: true, initiator: "remote" as const };

  test("says who closed, with what", () => {
    expect(describeClose(info)).toBe("closed by the peer: 1000 (normal)");
    expect(describeClose({ ...info, initiator: "local" })).toBe("closed: 1000 (normal)");
  });

  test("shows the reason, made harmless", () => {
    const text = describeClose({ ...info, code: 1011, reason: "oops\x1b[2J" });
    expect(text).toBe('closed by the peer: 1011 (internal error) "oops\\x1b[2J"');
  });

  test("says that a connection was lost, and why", () => {
    const error = new Error("read ECONNRESET");
    expect(describeClose({ ...info, code: 1006, wasClean: false, error })).toBe(
      "the connection was lost: 1006 (no close frame), because of: read ECONNRESET",
    );
  });
});

describe("describeError", () => {
  test("shows the status of a refusal in words, and the beginning of its body", () => {
    const error = new HandshakeError("refused with status 401", {
      status: 401,
      body: "go\x1b away\n\n",
    });
    expect(describeError(error)).toBe("refused with status 401 (Unauthorized)\ngo\\x1b away");
    const long = new HandshakeError("refused", { body: "x".repeat(1000) });
    expect(describeError(long)).toBe(`refused\n${"x".repeat(500)}… (1000 characters)`);
  });

  test("says what to do about a certificate", () => {
    const cause = Object.assign(new Error("self-signed"), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    const error = new FullduplexError("ERR_CONNECT", "can't connect", { cause });
    expect(describeError(error)).toMatch(/^can't connect\n.*--ca.*--insecure/);
  });

  test("has words for errors without a message, and for what is no error", () => {
    expect(describeError(Object.assign(new Error(""), { code: "ECONNREFUSED" }))).toBe(
      "ECONNREFUSED",
    );
    expect(describeError(new RangeError(""))).toBe("RangeError");
    expect(describeError("a\x07b")).toBe("a\\x07b");
  });
});

test("timeouts are known, the library's and the system's", () => {
  const system = Object.assign(new Error("late"), { code: "ETIMEDOUT" });
  expect(isTimeout(new TimeoutError("connecting", 1))).toBe(true);
  expect(isTimeout(new FullduplexError("ERR_CONNECT", "no", { cause: system }))).toBe(true);
  expect(isTimeout(system)).toBe(true);
  const info = { code: 1006, reason: "", wasClean: false, initiator: "remote" as const };
  expect(isTimeout(new ClosedError(info))).toBe(false);
  expect(isTimeout(undefined)).toBe(false);
});
