import { describe, expect, test } from "vitest";
import { readHello, readRename, readSay } from "../../../../src/hub/chat/read.ts";
import { key } from "../support.ts";

const NAME = "A name has 1 to 24 characters.";
const TEXT = "That is empty, or too long.";
const TOKEN = "A session or a key has 16 to 64 letters and digits.";

describe("who somebody is", () => {
  test("is read, and cleaned", () => {
    const hello = JSON.stringify({ name: "  Ada  L. ", session: key(1), more: 1 });
    expect(readHello(hello)).toEqual({ name: "Ada L.", session: key(1) });
  });

  test.each([undefined, "1", '"Ada"', "null", "{}", "[]", Uint8Array.of(1)])(
    "may be left out, as in %j",
    (data) => expect(readHello(data)).toEqual({}),
  );

  test.each([
    [{ name: "" }, NAME],
    [{ name: 1 }, NAME],
    [{ name: "x".repeat(25) }, NAME],
    [{ session: "short" }, TOKEN],
    [{ session: {} }, TOKEN],
    [{ session: "x".repeat(65) }, TOKEN],
    [{ name: "x".repeat(20_000) }, "That is too long."],
  ])("is refused when it can't be: %#", (hello, message) => {
    expect(() => readHello(JSON.stringify(hello))).toThrow(message);
  });
});

describe("another name", () => {
  test("is read, and has to be there", () => {
    expect(readRename(JSON.stringify({ name: "Ada" }))).toBe("Ada");
    expect(() => readRename(undefined)).toThrow(NAME);
    expect(() => readRename("{}")).toThrow(NAME);
  });
});

describe("what is said", () => {
  test("is read, with a key or without", () => {
    expect(readSay(JSON.stringify({ text: " hello ", name: "Eve", time: 1 }))).toEqual({
      text: "hello",
    });
    expect(readSay(JSON.stringify({ text: "hello", key: key(1) }))).toEqual({
      text: "hello",
      key: key(1),
    });
  });

  test.each([
    ['"hello"', TEXT],
    [JSON.stringify({ text: " " }), TEXT],
    [JSON.stringify({ text: 1 }), TEXT],
    [JSON.stringify({ text: "x".repeat(2001) }), TEXT],
    [JSON.stringify({ text: "hello", key: "no key" }), TOKEN],
    [Uint8Array.of(0), TEXT],
    [JSON.stringify({ text: "x".repeat(20_000) }), "That is too long."],
  ])("is refused when it can't be: %#", (data, message) => {
    expect(() => readSay(data)).toThrow(message);
  });
});
