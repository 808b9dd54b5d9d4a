import { describe, expect, test } from "vitest";

import { helpFor, readArguments, table, UsageError } from "../../../src/cli/arguments.ts";
import type { Arguments, CommandSpec } from "../../../src/cli/arguments.ts";

const SPEC: CommandSpec = {
  name: "fetch",
  summary: "Fetch things.",
  operands: ["place"],
  options: {
    header: { short: "H", value: "field", multiple: true, help: "A header." },
    port: { value: "number", help: "A port." },
    fast: { help: "Be quick." },
    slow: { help: "Take time." },
  },
  notes: "That is all.",
};

function read(...words: string[]): Arguments {
  const given = readArguments(SPEC, words);
  if (given === "help") throw new Error("help was asked for");
  return given;
}

describe("readArguments", () => {
  test("reads switches, values, repeated values and operands, in any order", () => {
    const given = read("-H", "a: 1", "here", "--fast", "--port=80", "--header", "b: 2");
    expect(given.operands).toEqual(["here"]);
    expect(given.has("fast")).toBe(true);
    expect(given.has("slow")).toBe(false);
    expect(given.text("port")).toBe("80");
    expect(given.texts("header")).toEqual(["a: 1", "b: 2"]);
  });

  test("gives nothing for options that were not given", () => {
    const given = read("here");
    expect(given.text("port")).toBeUndefined();
    expect(given.texts("header")).toEqual([]);
    expect(given.integer("port", 0, 10)).toBeUndefined();
  });

  test.each(["-h", "--help"])("asks for help by %s, whatever else is missing", (word) => {
    expect(readArguments(SPEC, [word])).toBe("help");
  });

  test.each([
    ["an unknown option", ["here", "--zzz"], "unknown option --zzz"],
    ["a slip", ["here", "--prot", "1"], "unknown option --prot; did you mean --port?"],
    ["an unknown letter", ["here", "-x"], "unknown option -x"],
    ["a prototype's name", ["here", "--__proto__"], "unknown option --__proto__"],
    ["another one", ["here", "--constructor=1"], "unknown option --constructor"],
    ["a value that is missing", ["here", "--port"], "--port takes a value"],
    [
      "a value that looks like an option",
      ["here", "--port", "--fast"],
      '--port takes a value; one that begins with "-" is written as --port=-…',
    ],
    ["a value too many", ["here", "--fast=1"], "--fast takes no value"],
    ["an operand too few", [], "<place> is missing"],
    ["an operand too many", ["here", "there"], '"there" is one word too many'],
  ])("refuses %s", (_, words, message) => {
    expect(() => read(...words)).toThrow(new UsageError(message));
  });

  test("takes whole numbers of a range", () => {
    expect(read("x", "--port", "0").integer("port", 0, 65_535)).toBe(0);
    expect(read("x", "--port", "65535").integer("port", 0, 65_535)).toBe(65_535);
  });

  test.each(["65536", "1.5", "1e3", "0x10", "-1", "", " 1", "99999999999999999999"])(
    "refuses %j as a number",
    (text) => {
      expect(() => read("x", `--port=${text}`).integer("port", 0, 65_535)).toThrow(
        new UsageError("--port takes a whole number from 0 to 65535"),
      );
    },
  );

  test("refuses options that exclude each other", () => {
    const given = read("x", "--fast", "--slow");
    expect(() => given.atMostOneOf("fast", "slow")).toThrow("--fast and --slow exclude each other");
    expect(() => given.atMostOneOf("fast", "port")).not.toThrow();
  });
});

test("the help has every option, the operands and the notes", () => {
  expect(helpFor(SPEC)).toBe(`Usage: fullduplex fetch [options] <place>

Fetch things.

Options:
  -H, --header <field>  A header.
      --port <number>   A port.
      --fast            Be quick.
      --slow            Take time.
  -h, --help            Show this help.

That is all.
`);
});

test("a table's right column begins at the same place in each row", () => {
  expect(
    table([
      ["a", "1"],
      ["long", "2"],
    ]),
  ).toEqual(["  a     1", "  long  2"]);
});
