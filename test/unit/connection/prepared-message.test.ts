import { describe, expect, test } from "vitest";
import { PreparedMessage, prepare } from "../../../src/connection/prepared-message.ts";

describe("a prepared message", () => {
  test("of text is text", () => {
    const message = prepare("text");
    expect(message).toBeInstanceOf(PreparedMessage);
    expect([message.data, message.text, message.derived.size]).toEqual(["text", true, 0]);
    expect(prepare("text", { text: false }).text).toBe(true);
  });

  test("of bytes is a copy of them", () => {
    for (const bytes of [new Uint8Array([1, 2]), Buffer.from([1, 2])]) {
      const message = prepare(bytes);
      bytes.fill(0);
      expect([message.data, message.text]).toEqual([new Uint8Array([1, 2]), false]);
    }
    expect(prepare(new Uint16Array([0x0201])).data).toEqual(new Uint8Array([1, 2]));
    const shared = new SharedArrayBuffer(2);
    expect((prepare(shared).data as Uint8Array).buffer).toBeInstanceOf(ArrayBuffer);
  });

  test("of bytes can be text", () => {
    expect(prepare(new Uint8Array([65]), { text: true }).text).toBe(true);
  });

  test("of anything else is refused", () => {
    expect(() => prepare(1 as never)).toThrow(TypeError);
    expect(() => prepare(["a"] as never)).toThrow(TypeError);
  });
});
