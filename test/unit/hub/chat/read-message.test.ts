import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Misbehaviour } from "../../../../src/hub/chat/errors.ts";
import { MAX_INPUT } from "../../../../src/hub/chat/limits.ts";
import { readMessage } from "../../../../src/hub/chat/read-message.ts";

const token = "0123456789abcdef";

function closeCodeOf(data: string | Uint8Array): number | undefined {
  try {
    readMessage(data);
    return undefined;
  } catch (error) {
    if (!(error instanceof Misbehaviour)) throw error;
    return error.closeCode;
  }
}

describe("readMessage", () => {
  test.each([
    { type: "hello", name: "Ada", session: token },
    { type: "rename", name: "Ada" },
    { type: "join", room: "lobby" },
    { type: "join", room: "lobby", after: "abc-1" },
    { type: "leave", room: "lobby" },
    { type: "say", room: "lobby", text: "hello", key: token },
    { type: "ping" },
  ])("reads $type", (message) => {
    expect(readMessage(JSON.stringify(message))).toEqual(message);
  });

  test.each([
    ["bytes", Uint8Array.of(0x7b, 0x7d), 1003],
    ["a message that is too long", `"${"x".repeat(MAX_INPUT)}"`, 1009],
    ["no JSON", "hello", 1008],
    ["nothing", "", 1008],
    ["null", "null", 1008],
    ["an array", '[{"type":"ping"}]', 1008],
    ["a string", '"ping"', 1008],
    ["an object without a type", "{}", 1008],
    ["an unknown type", '{"type":"shout"}', 1008],
    ["the name of a prototype as type", '{"type":"__proto__"}', 1008],
    ["a type that is no string", '{"type":["ping"]}', 1008],
    ["a field too many", '{"type":"ping","more":"x"}', 1008],
    ["a prototype as a field", '{"type":"ping","__proto__":{"x":1}}', 1008],
    ["a missing field", '{"type":"join"}', 1008],
    ["a field that is no string", '{"type":"join","room":1}', 1008],
    ["an optional field that is null", '{"type":"join","room":"x","after":null}', 1008],
    ["a short key", '{"type":"say","room":"x","text":"y","key":"z"}', 1008],
    ["a key of other characters", `{"type":"say","room":"x","text":"y","key":"${token}<"}`, 1008],
    ["a long session", `{"type":"hello","name":"x","session":"${"z".repeat(65)}"}`, 1008],
  ])("closes for %s", (_, data, code) => {
    expect(closeCodeOf(data)).toBe(code);
  });

  test("throws nothing else, whatever comes", () => {
    const json = fc.json();
    const objects = fc
      .dictionary(
        fc.constantFrom("type", "name", "room", "text", "key", "__proto__"),
        fc.anything(),
      )
      .map((value) =>
        JSON.stringify(value, (_, one: unknown) => (typeof one === "bigint" ? 1 : one)),
      );
    fc.assert(
      fc.property(fc.oneof(fc.string(), json, objects), (data) => {
        const code = closeCodeOf(data);
        expect([undefined, 1008, 1009]).toContain(code);
      }),
    );
  });
});
