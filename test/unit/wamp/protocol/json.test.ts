import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { json } from "../../../../src/wamp/protocol/json.ts";
import { VECTORS } from "../../../support/wamp-vectors.ts";

const FILE = `${VECTORS}/derived/binary_json.json`;

/** The examples of the specification. */
const examples = [
  ["10e3ff9053075c526f5fc06d4fe37cdb", String.raw`"\u0000EOP/kFMHXFJvX8BtT+N82w=="`],
  ["000102030405060708090a0b0c0d0e0f", String.raw`"\u0000AAECAwQFBgcICQoLDA0ODw=="`],
  ["", String.raw`"\u0000"`],
];

test.each(examples)("the bytes %s are %s", (hex, text) => {
  const bytes = Uint8Array.from(Buffer.from(hex, "hex"));
  expect(json.encode([bytes])).toBe(`[${text}]`);
  expect(json.decode(`[${text}]`)).toStrictEqual([bytes]);
});

test.skipIf(!existsSync(FILE))("the examples are those of the vectors", () => {
  const { cases } = JSON.parse(readFileSync(FILE, "utf8")) as {
    cases: readonly { bytes_hex: string; json: string }[];
  };
  expect(cases.map((one) => [one.bytes_hex, one.json])).toEqual(examples);
});

test("bytes are found wherever a value is, and no key is one", () => {
  const bytes = new Uint8Array([1, 2]);
  const text = String.raw`[48,1,{"a":"\u0000AQI="},"com.add",[["\u0000AQI="]],{"\u0000k":{"__proto__":"\u0000AQI="},"n":null}]`;
  const dict: unknown = Object.fromEntries([["__proto__", bytes]]);
  const message = [48, 1, { a: bytes }, "com.add", [[bytes]], { "\0k": dict, n: null }];
  expect(json.decode(text)).toStrictEqual(message);
  expect(json.encode(message)).toBe(text);
});

test("U+0000 elsewhere in a string makes no bytes of it", () => {
  expect(json.decode(String.raw`["a\u0000AQI=","\\u0000AQI="]`)).toEqual([
    "a\0AQI=",
    String.raw`\u0000AQI=`,
  ]);
});

test.each([
  "A",
  "AQ",
  "AQI",
  "AQI==",
  "A===",
  "AQ=I",
  "A QI",
  " AQI=",
  "AQI=\n",
  "AQ-_",
  "AQI=AQI=",
])("%j is no base64, and refused", (text) => {
  expect(() => json.decode(JSON.stringify([`\0${text}`]))).toThrow(TypeError);
});

test("many bytes are written and read", () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 31) % 256);
  const text = json.encode([bytes]) as string;
  expect(text).toBe(`["\\u0000${Buffer.from(bytes).toString("base64")}"]`);
  expect(json.decode(text)).toStrictEqual([bytes]);
});

test("beside bytes all is written as JSON.stringify does", () => {
  const others = {
    text: 'quotes " and \\ and \n and \u2028 and \ud800 and ä',
    numbers: [0, -0, 1.5, 1e300, Number.NaN, Infinity, 2 ** 53],
    nothing: [null, undefined, true, {}, []],
    gone: undefined,
    'key "': { "": 1 },
  };
  const bytes = new Uint8Array();
  const written = json.encode([others, bytes]);
  expect(written).toBe(JSON.stringify([others, "\0"]));
});

test("a hundred levels are read, and one more is not", () => {
  expect(() => json.decode(`${"[".repeat(100)}${"]".repeat(100)}`)).not.toThrow();
  expect(() => json.decode(`${"[".repeat(101)}${"]".repeat(101)}`)).toThrow(RangeError);
  expect(() => json.decode(`${'{"a":'.repeat(101)}1${"}".repeat(101)}`)).toThrow(RangeError);
  expect(() => json.decode(`${"[".repeat(500_000)}${"]".repeat(500_000)}`)).toThrow(RangeError);
  expect(() => json.decode(`[${"[],".repeat(1000)}[]]`)).not.toThrow();
});

test.each(["", "[1", "[1]]", "[1],", "{a:1}", "[01]", "[NaN]", "[\u00001]"])(
  "%j is no JSON",
  (text) => {
    expect(() => json.decode(text)).toThrow(SyntaxError);
  },
);

test("of a key that comes twice, the last one counts", () => {
  expect(json.decode('[{"a":1,"a":2}]')).toStrictEqual([{ a: 2 }]);
});
