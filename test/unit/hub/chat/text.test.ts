import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_NAME, MAX_ROOM_NAME, MAX_TEXT } from "../../../../src/hub/chat/limits.ts";
import {
  cleanName,
  cleanRoom,
  cleanText,
  nameKey,
  numberedName,
} from "../../../../src/hub/chat/text.ts";

/** Any code points, halves of pairs too. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 40 })
  .map((points) => String.fromCodePoint(...points));

describe("cleanName", () => {
  test.each([
    ["Ada", "Ada"],
    ["  Ada \t\n Lovelace ", "Ada Lovelace"],
    ["Zoë 👩", "Zoë 👩"],
    ["e\u0301", "é"],
    ["__proto__", "__proto__"],
    ["<b>Ada</b>", "<b>Ada</b>"],
  ])("keeps %j as %j", (raw, name) => {
    expect(cleanName(raw)).toBe(name);
  });

  test.each([
    ["a right-to-left override", "Ad\u202ea", "Ada"],
    ["a zero-width space", "Ad\u200ba", "Ada"],
    ["a filler that shows nothing", "Ad\u3164a", "Ada"],
    ["a control character", "Ad\u0007a", "Ada"],
    ["half a pair of surrogates", "Ad\ud800a", "Ada"],
  ])("takes %s out", (_, raw, name) => {
    expect(cleanName(raw)).toBe(name);
  });

  test.each(["", "   ", "\u200b\u202e", "x".repeat(MAX_NAME + 1)])("refuses %j", (raw) => {
    expect(cleanName(raw)).toBeUndefined();
  });

  test("changes nothing the second time", () => {
    fc.assert(
      fc.property(anyText, (raw) => {
        const name = cleanName(raw);
        if (name === undefined) return;
        expect(name.length).toBeLessThanOrEqual(MAX_NAME);
        expect(cleanName(name)).toBe(name);
      }),
      { numRuns: 500 },
    );
  });
});

test("names that look alike have the same key", () => {
  expect(nameKey("ADA")).toBe(nameKey("ada"));
  expect(nameKey("Ａda")).toBe(nameKey("Ada"));
  expect(nameKey("Ada")).not.toBe(nameKey("Adam"));
});

describe("numberedName", () => {
  test("puts the number behind the name", () => {
    expect(numberedName("Ada", 2)).toBe("Ada 2");
  });

  test("cuts the name where there is no room for the number, not inside a character", () => {
    const long = `${"x".repeat(MAX_NAME - 4)}👩👩`;
    expect(numberedName(long, 17)).toBe(`${"x".repeat(MAX_NAME - 4)} 17`);
    expect(numberedName("x".repeat(MAX_NAME), 2)).toHaveLength(MAX_NAME);
  });
});

describe("cleanRoom", () => {
  test.each([
    ["lobby", "lobby"],
    ["#Lobby", "lobby"],
    [" Release  Planning ", "release-planning"],
    ["CAFÉ_2", "café_2"],
    ["会議", "会議"],
    ["constructor", "constructor"],
  ])("takes %j as %j", (raw, room) => {
    expect(cleanRoom(raw)).toBe(room);
  });

  test.each(["", "#", "##x", "a/b", "a.b", "-a", "<script>", "x".repeat(MAX_ROOM_NAME + 1)])(
    "refuses %j",
    (raw) => {
      expect(cleanRoom(raw)).toBeUndefined();
    },
  );
});

describe("cleanText", () => {
  test.each([
    ["hello", "hello"],
    [" hello\r\nworld\r", "hello\nworld"],
    ["a\tb", "a\tb"],
    ["a\u0000\u001b[2Jb", "a[2Jb"],
    ["a\n\n\n\n\n\nb", "a\n\n\nb"],
    ["\udc00x", "\ufffdx"],
    ["👩‍💻 👍🏽", "👩‍💻 👍🏽"],
    ["<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"],
  ])("keeps %j as %j", (raw, text) => {
    expect(cleanText(raw)).toBe(text);
  });

  test.each(["", " \n\t ", "\u0000", "x".repeat(MAX_TEXT + 1)])("refuses %j", (raw) => {
    expect(cleanText(raw)).toBeUndefined();
  });
});
