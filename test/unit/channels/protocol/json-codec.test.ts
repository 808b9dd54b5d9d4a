import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MalformedError } from "../../../../src/channels/protocol/codec.ts";
import { jsonCodec } from "../../../../src/channels/protocol/json-codec.ts";
import { anyCommand, anyReply } from "./support.ts";

const { decodeCommands, encodeCommands, decodeReplies, encodeReplies } = jsonCodec;

/** What becomes of `data` in a publish. */
function dataOf(raw: string): unknown {
  return decodeCommands(`{"id":1,"publish":{"channel":"c","data":${raw}}}`)[0]?.publish?.data;
}

describe("commands", () => {
  test("are objects, one in each line", () => {
    expect(decodeCommands('{"id":1,"connect":{}}\n\n{}\n{"id":2,"ping":{}}\n')).toEqual([
      { id: 1, connect: {} },
      {},
      { id: 2, ping: {} },
    ]);
    expect(decodeCommands("")).toEqual([]);
  });

  test("have fields of every kind", () => {
    const line = `{ "id" : 4 , "history" : {"channel":"c","limit":-1,"since":{"offset":3},"reverse":true} }`;
    expect(decodeCommands(line)).toEqual([
      { id: 4, history: { channel: "c", limit: -1, since: { offset: 3 }, reverse: true } },
    ]);
    const connect = '{"connect":{"subs":{"a":{"recover":true},"b":{}},"headers":{"x":"1"}}}';
    expect(decodeCommands(connect)).toEqual([
      {
        connect: {
          subs: new Map<string, object>([
            ["a", { recover: true }],
            ["b", {}],
          ]),
          headers: new Map([["x", "1"]]),
        },
      },
    ]);
  });

  test("may have fields that are not known, and fields that are null", () => {
    const line = '{"id":1,"x":[{"y":"}"}],"rpc":{"method":null,"z":1,"data":null},"publish":null}';
    expect(decodeCommands(line)).toEqual([{ id: 1, rpc: {} }]);
  });

  test("mean by a key that comes twice what JSON.parse does: the last one", () => {
    expect(decodeCommands('{"id":1,"id":2}')).toEqual([{ id: 2 }]);
    expect(decodeCommands('{"send":{"data":1},"send":{}}')).toEqual([{ send: {} }]);
    expect(decodeCommands('{"send":{"data":1,"data":[2]}}')).toEqual([{ send: { data: "[2]" } }]);
    expect(decodeCommands('{"send":{"data":1,"data":null}}')).toEqual([{ send: {} }]);
  });

  test("may have escapes in their keys", () => {
    expect(decodeCommands(String.raw`{"s\u0065nd":{"d\u0061ta":{"\"}":1}}}`)).toEqual([
      { send: { data: String.raw`{"\"}":1}` } },
    ]);
  });

  test("have no other meaning for names of Object.prototype", () => {
    const line =
      '{"__proto__":{"id":5},"constructor":1,"connect":{"headers":{"__proto__":"a"},"__proto__":{"token":"b"}}}';
    const [command] = decodeCommands(line);
    expect(command?.id).toBeUndefined();
    expect(command?.connect).toEqual({ headers: new Map([["__proto__", "a"]]) });
    expect(command?.connect?.token).toBeUndefined();
  });
});

describe("data", () => {
  test.each([
    "12345678901234567890",
    "1e400",
    "1.0",
    "-0",
    "true",
    "{}",
    "[]",
    '"a\\\\"',
    String.raw`"\"\\\"\u0041"`,
    '{ "b" :1,"a":[ ] , "b":2}',
    '{"__proto__":{"data":1}}',
    '[{"a":"}]"},"]\\\\"]',
    '"\u2028\ud83d\udc4b"',
  ])("is the text that came: %s", (raw) => {
    expect(dataOf(raw)).toBe(raw);
    expect(dataOf(` ${raw}\t`)).toBe(raw);
  });

  test("may be nested as deeply as other parsers can read", () => {
    const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
    expect(dataOf(nested(512))).toBe(nested(512));
    expect(() => dataOf(nested(513))).toThrow(MalformedError);
    expect(() => dataOf(nested(100_000))).toThrow(MalformedError);
    expect(decodeCommands(`{"later":${nested(100_000)}}`)).toEqual([{}]);
  });

  test("is read in linear time, backslashes too", () => {
    const raw = JSON.stringify('\\"'.repeat(200_000));
    const start = performance.now();
    expect(dataOf(raw)).toBe(raw);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  test("of bytes that are no JSON becomes text in base64", () => {
    expect(encodeReplies([{ id: 1, rpc: { data: new Uint8Array([255, 0, 1]) } }])).toBe(
      '{"id":1,"rpc":{"data":"/wAB"}}',
    );
    const data = Uint8Array.from({ length: 100_000 }, (_, index) => (index % 7) * 41);
    expect(encodeReplies([{ rpc: { data } }])).toBe(
      `{"rpc":{"data":"${Buffer.from(data).toString("base64")}"}}`,
    );
  });

  test("loses its line breaks, which would end the message", () => {
    const data = '{\n"a": "\\n"\r\n}';
    const text = encodeReplies([{ push: { channel: "c", pub: { data } } }]) as string;
    expect(text).not.toContain("\n");
    const pub = decodeReplies(text)[0]?.push?.pub;
    expect(JSON.parse(pub?.data as string)).toEqual({ a: "\n" });
  });

  test("is written as it is", () => {
    expect(encodeCommands([{ id: 1, send: { data: "1e400" } }])).toBe(
      '{"id":1,"send":{"data":1e400}}',
    );
  });
});

test("what is zero is left out, and what is empty is not", () => {
  const replies = [{ id: 0, error: { code: 0, message: "", temporary: false }, publish: {} }, {}];
  expect(encodeReplies(replies)).toBe('{"error":{},"publish":{}}\n{}');
});

test.each([
  ["bytes", new Uint8Array([123, 125])],
  ["no JSON", "{"],
  ["JSON, and more", "{} {}"],
  ["white space alone", " "],
  ["an array", "[]"],
  ["null", "null"],
  ["a text", '"id"'],
  ["a method that is no object", '{"connect":1}'],
  ["a method that is an array", '{"connect":[]}'],
  ["a map that is an array", '{"connect":{"subs":[]}}'],
  ["null in a map", '{"connect":{"subs":{"a":null}}}'],
  ["a string that is a number", '{"publish":{"channel":1}}'],
  ["a bool that is a number", '{"history":{"reverse":1}}'],
  ["a bool that is a string", '{"history":{"reverse":"true"}}'],
  ["a number that is a string", '{"id":"1"}'],
  ["a number that is an array", '{"id":[1]}'],
  ["a fraction", '{"id":1.5}'],
  ["a negative id", '{"id":-1}'],
  ["an offset of 2^53", '{"subscribe":{"offset":9007199254740992}}'],
])("malformed: %s", (_, frame) => {
  expect(() => decodeCommands(frame)).toThrow(MalformedError);
});

test("malformed: a list that is an object", () => {
  expect(() => decodeReplies('{"history":{"publications":{}}}')).toThrow(MalformedError);
});

/** JSON as nobody writes it: white space, keys that come twice, numbers and escapes of all kinds. */
const { anyJson } = fc.letrec<{ anyJson: string }>((tie) => {
  const space = fc.constantFrom("", "", " ", "\t \r");
  const anyText = fc.oneof(
    fc.string({ unit: "binary" }).map((text) => JSON.stringify(text)),
    fc.constantFrom(
      String.raw`"\u0064ata"`,
      '"data"',
      '"publish"',
      '"__proto__"',
      '"\\\\"',
      '"\\""',
    ),
  );
  const spaced = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc.tuple(space, text, space).map((parts) => parts.join(""));
  const item = spaced(tie("anyJson"));
  const entry = fc.tuple(spaced(anyText), item).map((pair) => pair.join(":"));
  const many = (one: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc.oneof(
      space,
      fc.array(one, { minLength: 1, maxLength: 5 }).map((all) => all.join(",")),
    );
  return {
    anyJson: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom("0", "-0", "1.0", "1E+400", "12345678901234567890", "null", "true", "false"),
      anyText,
      many(item).map((items) => `[${items}]`),
      many(entry).map((entries) => `{${entries}}`),
    ),
  };
});

test("data is kept to the letter, wherever it is", () => {
  const anySpace = fc.constantFrom("", " ", "\t");
  fc.assert(
    fc.property(anyJson, anyJson, anyJson, anySpace, (raw, before, after, space) => {
      fc.pre(raw !== "null");
      const line = `{"x":${before},"send":{"a":${before},"data":${space}${raw}${space},"b":${after}},"y":${after}}`;
      expect(() => JSON.parse(line)).not.toThrow();
      expect(decodeCommands(line)).toEqual([{ send: { data: raw } }]);
    }),
    { numRuns: 300 },
  );
});

test("whatever the line is, data means what JSON.parse says", () => {
  const anyKey = fc.constantFrom("data", String.raw`d\u0061ta`, "__proto__", "x");
  const anyEntries = fc.array(fc.tuple(anyKey, anyJson), { maxLength: 6 });
  fc.assert(
    fc.property(anyEntries, (entries) => {
      const body = entries.map(([key, value]) => `"${key}":${value}`).join(",");
      const expected = (JSON.parse(`{${body}}`) as { data?: unknown }).data ?? null;
      const data = decodeCommands(`{"publish":{${body}}}`)[0]?.publish?.data ?? "null";
      expect(JSON.parse(data as string)).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

test("nothing but MalformedError is ever thrown", () => {
  const anyLine = fc.oneof(
    anyJson,
    fc.string(),
    anyCommand.map((command) => encodeCommands([command]) as string),
  );
  fc.assert(
    fc.property(anyLine, fc.nat(), fc.string({ maxLength: 2 }), (line, place, insert) => {
      const at = place % (line.length + 1);
      try {
        decodeCommands(line.slice(0, at) + insert + line.slice(at + insert.length));
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedError);
      }
    }),
    { numRuns: 300 },
  );
});

test("what is written is read", () => {
  fc.assert(
    fc.property(fc.array(anyCommand), fc.array(anyReply), (commands, replies) => {
      expect(decodeCommands(encodeCommands(commands))).toEqual(commands);
      expect(decodeReplies(encodeReplies(replies))).toEqual(replies);
    }),
  );
});
