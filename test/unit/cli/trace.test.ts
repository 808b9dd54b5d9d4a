import { describe, expect, test } from "vitest";

import { describeFrame, WireTrace } from "../../../src/cli/trace.ts";

const frame = { fin: true, reserved: 0, opcode: 1, masked: false, length: 0 };
const bytes = (text: string): Uint8Array => Buffer.from(text);

function server(text: string): string[] {
  const lines: string[] = [];
  const trace = new WireTrace((line) => lines.push(line));
  trace.received(Buffer.from("HTTP/1.1 101 OK\r\n\r\n"));
  trace.received(Buffer.from(text, "hex"));
  return lines.slice(1);
}

describe("describeFrame", () => {
  test.each([
    [{ ...frame, length: 5, payload: bytes("hello") }, 'text, 5 bytes: "hello"'],
    [{ ...frame, length: 1, payload: bytes("\x1b") }, 'text, 1 byte: "\\x1b"'],
    [{ ...frame, payload: bytes("") }, "text, 0 bytes"],
    [{ ...frame, opcode: 9, length: 2, payload: bytes("hi") }, "ping, 2 bytes: 6869"],
    [{ ...frame, opcode: 11, length: 0, payload: bytes("") }, "opcode 11, 0 bytes"],
    [
      { ...frame, fin: false, reserved: 3, masked: true, length: 1, payload: bytes("a") },
      'text, not final, reserved bits 3, masked, 1 byte: "a"',
    ],
    [
      { ...frame, length: 100, payload: bytes("a".repeat(100)) },
      `text, 100 bytes: "${"a".repeat(48)}"…`,
    ],
    [
      { ...frame, length: 60, payload: bytes(`a${"é".repeat(30)}`) },
      `text, 60 bytes: "a${"é".repeat(23)}"…`,
    ],
    [
      { ...frame, opcode: 8, length: 2, payload: Buffer.from("03e8", "hex") },
      "close, 2 bytes: 1000 (normal)",
    ],
    [
      { ...frame, opcode: 8, length: 5, payload: Buffer.from("0fa1621b65", "hex") },
      `close, 5 bytes: 4001 (the application's own) "b\\x1be"`,
    ],
    [{ ...frame, opcode: 8, payload: bytes("") }, "close, 0 bytes"],
    [{ ...frame, opcode: 8, length: 1, payload: Buffer.from("03", "hex") }, "close, 1 byte: 03"],
  ])("%#: %s", (given, text) => {
    expect(describeFrame(given, true, false)).toBe(text);
  });

  test("says that a client's frame is not masked, and nothing when it is", () => {
    expect(describeFrame({ ...frame, payload: bytes("") }, true, true)).toBe(
      "text, not masked, 0 bytes",
    );
    expect(describeFrame({ ...frame, masked: true, payload: bytes("") }, true, true)).toBe(
      "text, 0 bytes",
    );
  });
});

describe("WireTrace", () => {
  test("shows the first line of request and answer, then the frames of each direction", () => {
    const lines: string[] = [];
    const trace = new WireTrace((line) => lines.push(line));
    trace.sent(Buffer.from("GET /a?token=secret HTTP/1.1\r\nAuthorization: Bearer secret\r\n\r\n"));
    trace.received(Buffer.from("HTTP/1.1 101 \x9bOK\r\nX: y\r\n\r\n\x81\x01a", "latin1"));
    trace.sent(Buffer.from("818537fa213d7f9f4d5158", "hex"));
    expect(lines).toEqual([
      "> GET /a?… HTTP/1.1",
      "< HTTP/1.1 101 \\x9bOK",
      '< text, 1 byte: "a"',
      '> text, 5 bytes: "Hello"',
    ]);
  });

  test("shows the continuation of text as text, also with a ping in between", () => {
    expect(server("010161" + "8900" + "000162" + "800163")).toEqual([
      '< text, not final, 1 byte: "a"',
      "< ping, 0 bytes",
      '< continuation, not final, 1 byte: "b"',
      '< continuation, 1 byte: "c"',
    ]);
  });

  test("shows bytes and what is compressed as hexadecimal, continuations included", () => {
    expect(server("02010a80010b" + "4101ff800100")).toEqual([
      "< binary, not final, 1 byte: 0a",
      "< continuation, 1 byte: 0b",
      "< text, not final, compressed, 1 byte: ff",
      "< continuation, 1 byte: 00",
    ]);
  });
});
