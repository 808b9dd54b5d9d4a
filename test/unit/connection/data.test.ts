import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { isParts, joinParts, toMessage, toMessages } from "../../../src/connection/data.ts";
import type { Data, Parts } from "../../../src/connection/data.ts";
import { prepare } from "../../../src/connection/prepared-message.ts";

async function collect(parts: Parts): Promise<unknown[]> {
  const messages: unknown[] = [];
  for await (const message of toMessages(parts)) messages.push(message);
  return messages;
}

describe("a message in parts", () => {
  test.each<[string, Parts]>([
    ["an array", ["a"]],
    ["a set", new Set(["a"])],
    ["a generator", (function* () {})()],
    ["an async generator", (async function* () {})()],
    ["an async iterable", { [Symbol.asyncIterator]: async function* () {} }],
  ])("is %s", (_, data) => expect(isParts(data)).toBe(true));

  test.each<[string, unknown]>([
    ["a string", "text"],
    ["a view", new Uint8Array(1)],
    ["a DataView", new DataView(new ArrayBuffer(1))],
    ["a buffer", new ArrayBuffer(1)],
    ["a prepared message", prepare("text")],
    ["an object", {}],
    ["null", null],
    ["undefined", undefined],
    ["a number", 1],
  ])("is not %s", (_, data) => expect(isParts(data as Data)).toBe(false));
});

describe("data becomes a message", () => {
  test("strings and byte arrays as they are", () => {
    const bytes = new Uint8Array([1]);
    const buffer = Buffer.from([1]);
    expect([toMessage("text"), toMessage(bytes), toMessage(buffer)]).toEqual([
      "text",
      bytes,
      buffer,
    ]);
    expect(toMessage(bytes)).toBe(bytes);
  });

  test("other views and buffers as bytes of the same memory", () => {
    const { buffer } = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]);
    const view = toMessage(new Uint16Array(buffer, 2, 2)) as Uint8Array;
    expect([...view]).toEqual([3, 4, 5, 6]);
    expect(view.buffer).toBe(buffer);
    expect((toMessage(buffer) as Uint8Array).buffer).toBe(buffer);
    const shared = new SharedArrayBuffer(2);
    expect((toMessage(shared) as Uint8Array).buffer).toBe(shared);
  });

  test("those of another realm too", () => {
    const foreign = runInNewContext(
      "[new ArrayBuffer(3), new Uint8Array(2), new DataView(new ArrayBuffer(1))]",
    );
    const messages = (foreign as Data[]).map((data) => toMessage(data));
    expect(messages.map((message) => message.length)).toEqual([3, 2, 1]);
    for (const message of messages) expect(message).toBeInstanceOf(Uint8Array);
  });

  test.each([0, 200, true, null, undefined, {}, [1], Symbol("s"), () => {}, new Date(), 1n])(
    "%s is refused",
    (value) => expect(() => toMessage(value as never)).toThrow(TypeError),
  );
});

describe("parts become messages", () => {
  test("one by one, in any form", async () => {
    const parts = [new Uint16Array([0x0201]), new Uint8Array([3])];
    expect(await collect(parts)).toEqual([new Uint8Array([1, 2]), new Uint8Array([3])]);
    expect(await collect([])).toEqual([]);
  });

  test("half a character waits for the other half", async () => {
    expect(await collect(["a\ud83d", "\ude00b"])).toEqual(["a", "\u{1f600}b"]);
    expect(await collect(["\ud83d", "", "\ude00"])).toEqual(["", "", "\u{1f600}"]);
    expect(await collect(["\ud83d"])).toEqual(["", "\ud83d"]);
    expect(await collect(["\ud83d", "\ud83d", "x"])).toEqual(["", "\ud83d", "\ud83dx"]);
    expect(await collect(["\ude00", "x"])).toEqual(["\ude00", "x"]);
  });

  test("what is no data is refused when its turn comes", async () => {
    await expect(collect([1 as never])).rejects.toThrow(TypeError);
  });
});

describe("parts are joined", () => {
  test("all text, or all bytes", () => {
    expect(joinParts(["a", "", "b"])).toBe("ab");
    expect(joinParts([new Uint8Array([1]), new Uint8Array(), new Uint8Array([2, 3])])).toEqual(
      new Uint8Array([1, 2, 3]),
    );
  });

  test("into memory of their own", () => {
    const part = new Uint8Array([1]);
    const joined = joinParts([part]) as Uint8Array;
    part.fill(9);
    expect([...joined]).toEqual([1]);
  });
});
