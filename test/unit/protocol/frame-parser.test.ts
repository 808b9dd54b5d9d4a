import { describe, expect, test } from "vitest";
import type { LimitError, ProtocolError } from "../../../src/errors.ts";
import type { ProtocolEvent } from "../../../src/protocol/events.ts";
import type { Role } from "../../../src/protocol/platform.ts";
import type { Protocol } from "../../../src/protocol/protocol.ts";
import {
  bytes,
  dribble,
  hex,
  invertingCodec,
  letters,
  open,
  ROLES,
  testPlatform,
  wire,
} from "./support.ts";

/** Events with bytes as hexadecimal digits and errors as codes. */
function brief(events: readonly ProtocolEvent[]): unknown[] {
  return events.map((event) => {
    if (event.type === "close") return [event.type, event.code, event.reason];
    if (event.type === "failure") return [event.type, event.error.closeCode, event.error.message];
    return [event.type, typeof event.data === "string" ? event.data : `<${hex(event.data)}>`];
  });
}

/** What an endpoint makes of frames, given in one chunk and byte by byte, which must be the same. */
function read(role: Role, frames: string[], make: () => Protocol = () => open(role)): unknown[] {
  const whole = make();
  whole.receiveData(wire(role, ...frames));
  const dribbled = make();
  dribble(dribbled, wire(role, ...frames));
  const events = brief(whole.events());
  expect(brief(dribbled.events())).toEqual(events);
  return events;
}

describe.each(ROLES)("a %s receives", (role) => {
  test("text", () => {
    expect(read(role, ["81 05 | 48 65 6c 6c 6f"])).toEqual([["message", "Hello"]]);
  });

  test("binary", () => {
    expect(read(role, ["82 03 | 01 02 03"])).toEqual([["message", "<01 02 03>"]]);
  });

  test("empty messages", () => {
    expect(read(role, ["81 00 |", "82 00 |"])).toEqual([
      ["message", ""],
      ["message", "<>"],
    ]);
  });

  test("text of characters of all lengths, with a byte-order mark", () => {
    expect(read(role, ["81 0d | ef bb bf 41 c3 a9 e2 82 ac f0 9f 98 80"])).toEqual([
      ["message", "\ufeffAé€😀"],
    ]);
  });

  test.each([
    [125, "81 7d"],
    [126, "81 7e 00 7e"],
    [65_535, "81 7e ff ff"],
    [65_536, "81 7f 00 00 00 00 00 01 00 00"],
  ])("a message of %i bytes", (length, header) => {
    const frame = `${header} | ${letters(length)}`;
    const events = read(role, [frame]);
    expect(events).toEqual([["message", "A".repeat(length)]]);
  });

  test("messages in fragments", () => {
    expect(read(role, ["01 02 | 48 65", "00 02 | 6c 6c", "80 01 | 6f"])).toEqual([
      ["message", "Hello"],
    ]);
    expect(read(role, ["02 01 | 01", "80 01 | 02"])).toEqual([["message", "<01 02>"]]);
  });

  test("characters cut between fragments", () => {
    expect(read(role, ["01 02 | f0 9f", "00 00 |", "80 02 | 98 80"])).toEqual([["message", "😀"]]);
  });

  test("empty fragments", () => {
    expect(read(role, ["01 00 |", "00 00 |", "80 00 |"])).toEqual([["message", ""]]);
    expect(read(role, ["02 00 |", "00 01 | 07", "80 00 |"])).toEqual([["message", "<07>"]]);
  });

  test("a message after a message in fragments", () => {
    expect(read(role, ["01 01 | 41", "80 01 | 42", "81 01 | 43", "02 00 |", "80 00 |"])).toEqual([
      ["message", "AB"],
      ["message", "C"],
      ["message", "<>"],
    ]);
  });

  test("control frames between fragments", () => {
    expect(read(role, ["01 01 | 41", "89 01 | 01", "8a 00 |", "80 01 | 42"])).toEqual([
      ["ping", "<01>"],
      ["pong", "<>"],
      ["message", "AB"],
    ]);
  });

  test("control frames of up to 125 bytes", () => {
    const frame = `89 7d | ${letters(125)}`;
    expect(read(role, [frame])).toEqual([["ping", `<${hex(bytes(letters(125)))}>`]]);
  });

  test("a close frame, and ignores what comes after it", () => {
    expect(read(role, ["88 05 | 03 e8 62 79 65", "81 01 | 41", "ff ff |"])).toEqual([
      ["close", 1000, "bye"],
    ]);
  });

  test("a close frame inside a message", () => {
    expect(read(role, ["01 01 | 41", "88 00 |"])).toEqual([["close", 1005, ""]]);
  });
});

describe.each(ROLES)("a %s fails with 1002 on", (role) => {
  test.each([
    ["RSV1 without an extension", ["c1 01 | 41"], "reserved bit set"],
    ["RSV2", ["a1 01 | 41"], "reserved bit set"],
    ["RSV3", ["92 01 | 41"], "reserved bit set"],
    ["RSV1 on a control frame", ["c9 00 |"], "reserved bit set"],
    ["RSV1 on a continuation", ["01 01 | 41", "c0 01 | 41"], "reserved bit set"],
    ["opcode 3", ["83 00 |"], "reserved opcode 3"],
    ["opcode 7", ["87 00 |"], "reserved opcode 7"],
    ["opcode 11", ["8b 00 |"], "reserved opcode 11"],
    ["opcode 15", ["8f 00 |"], "reserved opcode 15"],
    [
      "16 bits for a length of 125",
      [`82 7e 00 7d | ${letters(125)}`],
      "length not in its shortest form",
    ],
    [
      "64 bits for a length of 65535",
      ["82 7f 00 00 00 00 00 00 ff ff |"],
      "length not in its shortest form",
    ],
    [
      "a length with its top bit set",
      ["82 7f 80 00 00 00 00 01 00 00 |"],
      "length with its top bit set",
    ],
    ["a long control frame", ["89 7e 00 7e |"], "control frame too long"],
    ["a very long control frame", ["88 7f 00 00 00 00 00 01 00 00 |"], "control frame too long"],
    ["a control frame in fragments", ["09 00 |"], "fragmented control frame"],
    ["a continuation of no message", ["80 01 | 41"], "a continuation of no message"],
    ["a first continuation of no message", ["00 01 | 41"], "a continuation of no message"],
    [
      "a whole message inside a message",
      ["01 01 | 41", "81 01 | 42"],
      "a new message inside a fragmented one",
    ],
    [
      "a new message inside a message",
      ["01 01 | 41", "02 01 | 42"],
      "a new message inside a fragmented one",
    ],
    ["a close payload of 1 byte", ["88 01 | 03"], "close frame with half a code"],
    ["close code 1005", ["88 02 | 03 ed"], "close code 1005"],
  ])("%s", (_, frames, message) => {
    const before = "82 01 | 07";
    expect(read(role, [before, ...frames, "82 01 | 08"])).toEqual([
      ["message", "<07>"],
      ["failure", 1002, message],
    ]);
  });

  test("a frame that is masked the wrong way", () => {
    const protocol = open(role);
    protocol.receiveData(wire(role === "client" ? "server" : "client", "81 01 | 41"));
    const message = role === "client" ? "masked frame" : "unmasked frame";
    expect(brief(protocol.events())).toEqual([["failure", 1002, message]]);
  });

  test("reserved bits even where compression was negotiated", () => {
    const make = (): Protocol => open(role, { codec: invertingCodec() });
    for (const frames of [["a1 00 |"], ["c9 00 |"], ["41 01 | 00", "c0 01 | 00"]]) {
      expect(read(role, frames, make)).toEqual([["failure", 1002, "reserved bit set"]]);
    }
  });

  test("its first wrong byte, before the rest of the header came", () => {
    const protocol = open(role);
    protocol.receiveData(bytes("83"));
    expect(brief(protocol.events())).toEqual([["failure", 1002, "reserved opcode 3"]]);
    const other = open(role);
    dribble(other, bytes(role === "client" ? "89 7e" : "89 fe"));
    expect(brief(other.events())).toEqual([["failure", 1002, "control frame too long"]]);
  });
});

describe.each(ROLES)("a %s fails with 1009 on", (role) => {
  const failure = (limit: number): unknown => [
    "failure",
    1009,
    `message longer than ${limit} bytes`,
  ];
  const limited = (maxMessage: number) => (): Protocol => open(role, { maxMessage });

  test("a message over the limit", () => {
    expect(read(role, ["81 02 | 41 42", "81 03 | 41 42 43"], limited(2))).toEqual([
      ["message", "AB"],
      failure(2),
    ]);
  });

  test("a length over the limit, before any of the payload came", () => {
    expect(read(role, ["82 7f 00 00 00 00 00 10 00 01 |"])).toEqual([failure(1024 * 1024)]);
    expect(read(role, ["82 7f 00 1f ff ff ff ff ff ff |"])).toEqual([failure(1024 * 1024)]);
  });

  test("fragments that are over the limit together, empty ones or not", () => {
    expect(read(role, ["01 02 | 41 42", "00 00 |", "80 01 | 43"], limited(2))).toEqual([
      failure(2),
    ]);
    expect(read(role, ["01 02 | 41 42", "00 00 |", "80 00 |"], limited(2))).toEqual([
      ["message", "AB"],
    ]);
  });

  test("a compressed frame over the limit", () => {
    const make = (): Protocol => open(role, { maxMessage: 2, codec: invertingCodec() });
    expect(read(role, ["c1 03 | be be be"], make)).toEqual([failure(2)]);
  });

  test("a length above 2^53 - 1, whatever the limit", () => {
    const protocol = open(role, { maxMessage: Infinity });
    protocol.receiveData(wire(role, "82 7f 00 20 00 00 00 00 00 00 |"));
    const [event] = protocol.events();
    expect(event).toMatchObject({
      type: "failure",
      error: { closeCode: 1009, limit: 2 ** 53 - 1 },
    });
  });

  test("but not on control frames", () => {
    const frames = [
      "01 02 | 41 42",
      `89 7d | ${letters(125)}`,
      "8a 05 | 01 02 03 04 05",
      "80 00 |",
    ];
    expect(read(role, frames, limited(2)).map((event) => (event as string[])[0])).toEqual([
      "ping",
      "pong",
      "message",
    ]);
    expect(read(role, ["88 05 | 03 e8 62 79 65"], limited(0))).toEqual([["close", 1000, "bye"]]);
  });
});

describe.each(ROLES)("a %s fails with 1007 on", (role) => {
  const failure = ["failure", 1007, "text that is not UTF-8"];

  test.each([
    ["a wrong byte", ["81 03 | 41 ff 42"]],
    ["a surrogate", ["81 03 | ed a0 80"]],
    ["text that ends inside a character", ["81 02 | 41 c3"]],
    ["fragments that end inside a character", ["01 01 | 41", "80 01 | c3"]],
    ["a character that a fragment breaks", ["01 01 | c3", "80 01 | 41"]],
    ["a close reason", ["88 03 | 03 e8 ff"]],
  ])("%s", (_, frames) => {
    expect(read(role, frames)).toEqual([failure]);
  });

  test("the first impossible byte, while the frame is still coming in", () => {
    const frame = wire(role, `81 7e 10 00 | ${letters(10)} f4 90 ${letters(4084)}`);
    const header = frame.length - 4096;
    const protocol = open(role);
    protocol.receiveData(frame.slice(0, header + 10));
    protocol.receiveData(frame.slice(header + 10, header + 11));
    expect(protocol.events()).toEqual([]);
    protocol.receiveData(frame.slice(header + 11, header + 12));
    expect(brief(protocol.events())).toEqual([failure]);
    expect(protocol.kept).toBe(0);
  });

  test("the first impossible byte, while the message is still coming in", () => {
    const protocol = open(role);
    protocol.receiveData(wire(role, "01 02 | 41 e0", "00 01 | 80"));
    expect(brief(protocol.events())).toEqual([failure]);
  });
});

describe("memory", () => {
  test.each(ROLES)("of a %s: a message pins no more than itself", (role) => {
    const protocol = open(role);
    const large = "42".repeat(40_000);
    protocol.receiveData(wire(role, `82 64 | ${letters(100)}`, `82 7e 9c 40 | ${large}`));
    protocol.receiveData(wire(role, "02 01 | 41", "00 01 | 42", "80 01 | 43", "89 02 | 01 02"));
    for (const event of protocol.events()) {
      const { data } = event as { data: Uint8Array };
      expect(data.buffer.byteLength).toBe(data.length);
    }
  });

  test("a claimed length costs nothing before the bytes come, and 64 KiB then", () => {
    const sizes: number[] = [];
    const platform = {
      ...testPlatform,
      allocate: (size: number) => {
        sizes.push(size);
        return new Uint8Array(size);
      },
    };
    const protocol = open("client", { platform });
    protocol.receiveData(bytes("82 7f 00 00 00 00 00 10 00 00"));
    expect(sizes).toEqual([]);
    protocol.receiveData(bytes("41 42"));
    expect(sizes).toEqual([65_536]);
    expect(protocol.kept).toBe(2);
  });

  test("what memory can't hold fails the connection with 1009", () => {
    const reason = new RangeError("Array buffer allocation failed");
    const allocate = (): Uint8Array => {
      throw reason;
    };
    const protocol = open("client", { platform: { ...testPlatform, allocate } });
    protocol.receiveData(bytes("82 01 41"));
    const [event] = protocol.events() as [{ type: "failure"; error: LimitError | ProtocolError }];
    expect(event.error).toMatchObject({ code: "ERR_LIMIT", closeCode: 1009, cause: reason });
  });

  test("the chunk may be reused once the call has returned", () => {
    const protocol = open("server");
    const chunk = wire("server", "82 02 | 01 02", "02 01 | 03", "89 01 | 04");
    protocol.receiveData(chunk);
    chunk.fill(0xff);
    protocol.receiveData(wire("server", "80 01 | 05"));
    expect(brief(protocol.events())).toEqual([
      ["message", "<01 02>"],
      ["ping", "<04>"],
      ["message", "<03 05>"],
    ]);
  });
});

test("the platform's check of UTF-8 is used for longer texts, if it has one", () => {
  const checked: string[] = [];
  const platform = {
    ...testPlatform,
    isUtf8: (data: Uint8Array, start: number, end: number) => {
      checked.push(`${start}-${end}`);
      return data[start] === 0x41;
    },
  };
  const protocol = open("client", { platform });
  protocol.receiveData(bytes(`81 01 41 81 7e 01 2c ${letters(300)}`));
  expect(protocol.events()).toHaveLength(2);
  expect(checked).toEqual(["7-307"]);
  protocol.receiveData(bytes(`81 7e 01 2c ${"42".repeat(300)}`));
  expect(brief(protocol.events())).toEqual([["failure", 1007, "text that is not UTF-8"]]);
});
