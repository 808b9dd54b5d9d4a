import { describe, expect, test } from "vitest";
import { LimitError, ProtocolError } from "../../../src/errors.ts";
import type { Protocol, ProtocolOptions } from "../../../src/protocol/protocol.ts";
import {
  bytes,
  dribble,
  hex,
  invertingCodec,
  Later,
  letters,
  open,
  output,
  ROLES,
  testPlatform,
  wire,
} from "./support.ts";

function failureOf(protocol: Protocol): ProtocolError | LimitError {
  const event = protocol.events().at(-1);
  if (event?.type !== "failure") throw new Error("no failure");
  return event.error;
}

describe.each(ROLES)("a %s inflates", (role) => {
  test("messages, in one frame or several", () => {
    const protocol = open(role, { codec: invertingCodec() });
    protocol.receiveData(
      wire(role, "c1 02 | be bd", "42 01 | fe", "89 00 |", "00 00 |", "80 01 | fd"),
    );
    expect(protocol.events()).toEqual([
      { type: "message", data: "AB" },
      { type: "ping", data: bytes("") },
      { type: "message", data: bytes("01 02") },
    ]);
  });

  test("messages between others", () => {
    const protocol = open(role, { codec: invertingCodec() });
    dribble(protocol, wire(role, "81 01 | 41", "c1 01 | bd", "81 01 | 43"));
    expect(protocol.events().map((event) => (event as { data: string }).data)).toEqual([
      "A",
      "B",
      "C",
    ]);
  });

  test("up to its limit", () => {
    const limits: number[] = [];
    const decompress = (data: Uint8Array, limit: number): Uint8Array => {
      limits.push(limit);
      return data;
    };
    const protocol = open(role, { maxMessage: 1000, codec: invertingCodec({ decompress }) });
    protocol.receiveData(wire(role, "c2 01 | 41"));
    expect(limits).toEqual([1000]);
  });

  test("text that is then checked", () => {
    const protocol = open(role, { codec: invertingCodec() });
    // Before it is inflated this isn't UTF-8, which doesn't matter.
    protocol.receiveData(wire(role, "41 01 | be", "80 01 | 80"));
    expect(protocol.events()).toEqual([{ type: "message", data: "A\u007f" }]);
    protocol.receiveData(wire(role, "c1 01 | 00"));
    expect(failureOf(protocol).closeCode).toBe(1007);
  });
});

describe("what the codec throws", () => {
  const failWith = (error: unknown): Protocol => {
    const decompress = (): never => {
      throw error;
    };
    const protocol = open("client", { codec: invertingCodec({ decompress }) });
    protocol.receiveData(bytes("81 01 41 c1 01 be 81 01 42"));
    return protocol;
  };

  test("is the failure, if it is an error of limits or of the protocol", () => {
    const limit = new LimitError("too much", 1);
    expect(failureOf(failWith(limit))).toBe(limit);
    const invalid = new ProtocolError("not deflate", 1007);
    expect(failureOf(failWith(invalid))).toBe(invalid);
  });

  test("is the cause of the failure otherwise", () => {
    const cause = new TypeError("zlib");
    const error = failureOf(failWith(cause));
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ closeCode: 1007, cause });
  });
});

/** An endpoint whose codec answers later. */
function slow(options: Partial<ProtocolOptions> = {}): {
  protocol: Protocol;
  inflater: Later;
  progress: string[];
} {
  const inflater = new Later();
  const progress: string[] = [];
  const protocol: Protocol = open("client", {
    codec: invertingCodec({ decompress: inflater.call }),
    onProgress: () => progress.push(`${protocol.state}${protocol.suspended ? ", suspended" : ""}`),
    ...options,
  });
  return { protocol, inflater, progress };
}

function dataOf(protocol: Protocol): unknown[] {
  return protocol.events().map((event) => {
    if (event.type === "close") return event.code;
    if (event.type === "failure") return event.error.closeCode;
    return typeof event.data === "string" ? event.data : hex(event.data);
  });
}

describe("while a message is being inflated", () => {
  test("what comes is kept, and read afterwards", async () => {
    const { protocol, inflater, progress } = slow();
    protocol.receiveData(bytes("81 01 41 c1 03 be be be 81 01 42"));
    expect(protocol.suspended).toBe(true);
    expect(protocol.kept).toBe(3 + 3);
    dribble(protocol, bytes("89 01 07 02 02 01 02"));
    expect(protocol.kept).toBe(3 + 3 + 7);
    expect(dataOf(protocol)).toEqual(["A"]);
    expect(output(protocol)).toBe("");
    await inflater.answer(bytes("61 62"));
    expect(progress).toEqual(["open"]);
    expect(protocol.suspended).toBe(false);
    expect(dataOf(protocol)).toEqual(["ab", "B", "07"]);
    expect(output(protocol)).toBe("8a 81 37 fa 21 3d 30");
    expect(protocol.kept).toBe(2);
    protocol.receiveData(bytes("80 01 03"));
    expect(dataOf(protocol)).toEqual(["01 02 03"]);
  });

  test("more such messages may follow", async () => {
    const { protocol, inflater, progress } = slow();
    protocol.receiveData(bytes("c1 01 01 c1 01 02 81 01 41 c1 01 03 81 01 42"));
    expect(inflater.calls).toHaveLength(1);
    await inflater.answer(bytes("61"));
    expect(dataOf(protocol)).toEqual(["a"]);
    expect(protocol.suspended).toBe(true);
    expect(protocol.kept).toBe(1 + 9);
    protocol.receiveData(bytes("81 01 43"));
    expect(protocol.kept).toBe(1 + 12);
    await inflater.answer(bytes("62"));
    expect(dataOf(protocol)).toEqual(["b", "A"]);
    await inflater.answer(bytes("63"));
    expect(dataOf(protocol)).toEqual(["c", "B", "C"]);
    expect(progress).toEqual(["open, suspended", "open, suspended", "open"]);
    expect(protocol.kept).toBe(0);
  });

  test("a wrong byte behind it waits for its turn", async () => {
    const { protocol, inflater } = slow();
    protocol.receiveData(bytes("c1 01 01 83 00 81 01 41"));
    expect(protocol.events()).toEqual([]);
    await inflater.answer(bytes("61"));
    expect(dataOf(protocol)).toEqual(["a", 1002]);
    expect(protocol.kept).toBe(0);
  });

  test("a close frame behind it too", async () => {
    const { protocol, inflater, progress } = slow();
    protocol.receiveData(bytes("c1 01 01 88 02 03 e8 81 01 41"));
    protocol.receiveEof();
    expect(protocol.state).toBe("open");
    await inflater.answer(bytes("61"));
    expect(progress).toEqual(["open"]);
    expect(dataOf(protocol)).toEqual(["a", 1000]);
    protocol.conclude();
    expect(protocol.state).toBe("closed");
    expect(output(protocol)).toBe("88 82 37 fa 21 3d 34 12");
  });

  test("the end of the stream waits for it, and progress is told once more", async () => {
    const { protocol, inflater, progress } = slow();
    protocol.receiveData(bytes("c1 01 01 81 01 41"));
    protocol.receiveEof();
    expect(protocol.state).toBe("open");
    await inflater.answer(bytes("61"));
    expect(progress).toEqual(["closed"]);
    expect(dataOf(protocol)).toEqual(["a", "A"]);
  });

  test("a failure of this side drops it", async () => {
    for (const settle of ["answer", "refuse"] as const) {
      const { protocol, inflater, progress } = slow();
      protocol.receiveData(bytes("c1 01 01 81 01 41"));
      protocol.receiveEof();
      protocol.fail(1011, "");
      expect(protocol.suspended).toBe(false);
      expect(protocol.state).toBe("closed");
      expect(protocol.kept).toBe(0);
      await inflater[settle](bytes("61"));
      expect(protocol.events()).toEqual([]);
      expect(progress).toEqual([]);
    }
  });

  test("its own close goes out, and it still arrives", async () => {
    const { protocol, inflater, progress } = slow();
    protocol.receiveData(bytes("c1 01 01"));
    protocol.sendClose(1000);
    await inflater.answer(bytes("61"));
    expect(progress).toEqual(["closing"]);
    expect(dataOf(protocol)).toEqual(["a"]);
  });

  test("a failure of it takes its place", async () => {
    const { protocol, inflater, progress } = slow();
    protocol.receiveData(bytes("81 01 41 c1 01 01 81 01 41"));
    const limit = new LimitError("too much", 1);
    await inflater.refuse(limit);
    expect(progress).toEqual(["open"]);
    expect(failureOf(protocol)).toBe(limit);
    expect(protocol.kept).toBe(0);
    const other = slow();
    other.protocol.receiveData(bytes("c1 01 01"));
    await other.inflater.refuse("zlib");
    expect(failureOf(other.protocol)).toMatchObject({ closeCode: 1007, cause: "zlib" });
  });

  test("text that is not UTF-8 fails", async () => {
    const { protocol, inflater } = slow();
    protocol.receiveData(bytes("c1 01 01"));
    await inflater.answer(bytes("ff"));
    expect(failureOf(protocol).closeCode).toBe(1007);
  });

  test("a compression that fails stops the reading too", async () => {
    const inflater = new Later();
    const compressor = new Later();
    const codec = invertingCodec({ decompress: inflater.call, compress: compressor.call });
    const protocol = open("client", { codec });
    protocol.receiveData(bytes("c1 01 01"));
    protocol.sendMessage("AAAA");
    await compressor.refuse(new Error("no memory"));
    expect(protocol.suspended).toBe(false);
    await inflater.answer(bytes("61"));
    expect(dataOf(protocol)).toEqual([1011]);
  });
});

describe.each(ROLES)("a %s that wants parts gets", (role) => {
  const parts = (protocol: Protocol): unknown[] =>
    protocol.events().map((event) => {
      if (event.type !== "part") return event.type;
      return [typeof event.data === "string" ? event.data : hex(event.data), event.final];
    });

  test("a whole message as one", () => {
    const protocol = open(role);
    protocol.receiveParts(true);
    protocol.receiveData(wire(role, "81 01 | 41", "81 01 | 42"));
    expect(parts(protocol)).toEqual([["A", true], "message"]);
    protocol.receiveParts(true);
    protocol.receiveData(wire(role, "82 01 | 01"));
    expect(parts(protocol)).toEqual([["01", true]]);
  });

  test("what is there already, then what comes with each chunk", () => {
    const protocol = open(role);
    protocol.receiveData(wire(role, "01 02 | 41 42", "00 01 | 43"));
    expect(protocol.kept).toBe(3);
    protocol.receiveParts(true);
    expect(parts(protocol)).toEqual([["ABC", false]]);
    expect(protocol.kept).toBe(0);
    protocol.receiveData(wire(role, "00 01 | 44", "00 00 |", "00 01 | 45"));
    expect(parts(protocol)).toEqual([["DE", false]]);
    protocol.receiveData(wire(role, "00 00 |"));
    expect(parts(protocol)).toEqual([]);
    protocol.receiveData(wire(role, "80 01 | 46", "81 01 | 47"));
    expect(parts(protocol)).toEqual([["F", true], "message"]);
  });

  test("a frame as it comes", () => {
    const protocol = open(role);
    protocol.receiveParts(true);
    const frame = wire(role, "82 04 | 01 02 03 04");
    protocol.receiveData(frame.slice(0, -3));
    protocol.receiveData(frame.slice(-3, -1));
    protocol.receiveData(frame.slice(-1));
    expect(parts(protocol)).toEqual([
      ["01", false],
      ["02 03", false],
      ["04", true],
    ]);
  });

  test("whole characters only", () => {
    const protocol = open(role);
    protocol.receiveParts(true);
    protocol.receiveData(wire(role, "01 04 | 41 f0 9f 98"));
    expect(protocol.kept).toBe(3);
    protocol.receiveData(wire(role, "00 02 | 80 c3"));
    protocol.receiveData(wire(role, "80 01 | a9"));
    expect(parts(protocol)).toEqual([
      ["A", false],
      ["😀", false],
      ["é", true],
    ]);
    protocol.receiveData(wire(role, "01 01 | c3"));
    protocol.receiveParts(true);
    expect(parts(protocol)).toEqual([]);
    protocol.receiveData(wire(role, "80 01 | 41"));
    expect(parts(protocol)).toEqual(["failure"]);
  });

  test("an empty part at the end, if need be", () => {
    const protocol = open(role);
    protocol.receiveParts(true);
    protocol.receiveData(wire(role, "02 01 | 01"));
    protocol.receiveData(wire(role, "80 00 |"));
    expect(parts(protocol)).toEqual([
      ["01", false],
      ["", true],
    ]);
  });

  test("a message over the limit", () => {
    const protocol = open(role, { maxMessage: 2 });
    protocol.receiveParts(true);
    protocol.receiveData(wire(role, "01 03 | 41 42 43", "80 03 | 44 45 46"));
    protocol.receiveParts(true);
    protocol.receiveData(wire(role, "81 03 | 41 42 43", "81 03 | 41 42 43"));
    expect(parts(protocol)).toEqual([["ABCDEF", true], ["ABC", true], "failure"]);
  });

  test("parts of at least 64 KiB of a long chunk", () => {
    const protocol = open(role);
    protocol.receiveParts(true);
    const fragment = `02 7e 75 30 | ${letters(30_000)}`;
    const next = `00 7e 75 30 | ${letters(30_000)}`;
    protocol.receiveData(wire(role, fragment, next, next, next, next));
    const sizes = protocol.events().map((event) => (event as { data: Uint8Array }).data.length);
    expect(sizes).toEqual([90_000, 60_000]);
  });

  test("a compressed message as one, which is bounded", () => {
    const protocol = open(role, { codec: invertingCodec(), maxMessage: 2 });
    protocol.receiveParts(true);
    protocol.receiveData(wire(role, "41 01 | be"));
    expect(parts(protocol)).toEqual([]);
    protocol.receiveData(wire(role, "80 01 | bd", "81 01 | 43"));
    expect(parts(protocol)).toEqual([["AB", true], "message"]);
    protocol.receiveData(wire(role, "41 01 | be"));
    protocol.receiveParts(true);
    expect(parts(protocol)).toEqual([]);
    protocol.receiveData(wire(role, "80 02 | bd bd"));
    expect(parts(protocol)).toEqual(["failure"]);
  });

  test("the message after it changed its mind whole", () => {
    const protocol = open(role);
    protocol.receiveParts(true);
    protocol.receiveParts(false);
    protocol.receiveData(wire(role, "81 01 | 41"));
    protocol.receiveParts(true);
    protocol.receiveData(wire(role, "01 00 |"));
    protocol.receiveParts(false);
    protocol.receiveData(wire(role, "80 01 | 41"));
    expect(parts(protocol)).toEqual(["message", "message"]);
  });

  test("the rest of a message, whatever it wants then", () => {
    const protocol = open(role);
    protocol.receiveParts(true);
    protocol.receiveData(wire(role, "01 01 | 41"));
    protocol.receiveParts(false);
    protocol.receiveData(wire(role, "80 01 | 42", "81 01 | 43"));
    expect(parts(protocol)).toEqual([["A", false], ["B", true], "message"]);
  });

  test("the next message whole, if it changed its mind after one in parts", () => {
    const protocol = open(role);
    protocol.receiveParts(true);
    protocol.receiveData(wire(role, "01 01 | 41"));
    protocol.receiveData(wire(role, "80 01 | 42"));
    protocol.receiveParts(true);
    protocol.receiveParts(false);
    protocol.receiveData(wire(role, "81 01 | 43"));
    expect(parts(protocol)).toEqual([["A", false], ["B", true], "message"]);
  });

  test("a failure, if it changed its mind after a frame over the limit had begun", () => {
    const protocol = open(role, { maxMessage: 2 });
    protocol.receiveParts(true);
    const frame = wire(role, "82 03 | 01 02 03");
    protocol.receiveData(frame.slice(0, -3));
    protocol.receiveParts(false);
    expect(failureOf(protocol)).toMatchObject({ limit: 2, closeCode: 1009 });
  });

  test("nothing after a failure", () => {
    const protocol = open(role);
    protocol.receiveData(wire(role, "01 01 | 41", "83 00 |"));
    protocol.receiveParts(true);
    protocol.receiveParts(false);
    expect(parts(protocol)).toEqual(["failure"]);
  });
});

test("what can't be decoded when parts are asked for is a failure", () => {
  const cause = new RangeError("Invalid string length");
  const decodeUtf8 = (): string => {
    throw cause;
  };
  const protocol = open("client", { platform: { ...testPlatform, decodeUtf8 } });
  protocol.receiveData(bytes("01 01 41"));
  protocol.receiveParts(true);
  expect(failureOf(protocol)).toMatchObject({ closeCode: 1009, cause });
});

test("a message that was being inflated when parts were asked for is one part", async () => {
  const { protocol, inflater } = slow();
  protocol.receiveData(bytes("c1 01 01 81 01 42"));
  protocol.receiveParts(true);
  await inflater.answer(bytes("61"));
  expect(protocol.events()).toEqual([
    { type: "part", data: "a", final: true },
    { type: "message", data: "B" },
  ]);
});

const LONGEST = 64;

/** A message of the longest size that compression made longer. */
function receiveLonger(length: number): ReturnType<typeof open> {
  const decompress = (data: Uint8Array): Uint8Array => data.subarray(0, LONGEST);
  const protocol = open("client", { maxMessage: LONGEST, codec: invertingCodec({ decompress }) });
  protocol.receiveData(wire("client", `c2 ${length.toString(16)} | ${"00".repeat(length - 1)}`));
  return protocol;
}

test("a message of the longest size is received though compression made it longer", () => {
  const protocol = receiveLonger(LONGEST + 6);
  protocol.receiveParts(true);
  protocol.receiveParts(false);
  expect(protocol.events()).toEqual([]);
  protocol.receiveData(bytes("00"));
  expect(protocol.events()).toEqual([{ type: "message", data: new Uint8Array(LONGEST) }]);
});

test("a compressed message that can't be within the limit is refused with its first frame", () => {
  const [failure] = receiveLonger(LONGEST + LONGEST / 8 + 1).events();
  expect(failure).toMatchObject({ type: "failure", error: { closeCode: 1009, limit: LONGEST } });
});

const LIMIT = 4;

/** The types of what came out, with the length of the data. */
function typesOf(protocol: Protocol): string[] {
  return protocol.events().map((event) => {
    return "data" in event ? `${event.type} ${event.data.length}` : event.type;
  });
}

describe.each(ROLES)("a %s that read one message in parts", (role) => {
  /** The end of that message, and the beginning of one that is longer than the limit. */
  function follow(payload: string): Protocol {
    const protocol = open(role, { maxMessage: LIMIT });
    protocol.receiveParts(true);
    const next = wire(role, `02 0a | ${letters(10)}`);
    const kept = next.length - 10 + payload.length / 2;
    protocol.receiveData(Uint8Array.from([...wire(role, "82 01 | 41"), ...next.subarray(0, kept)]));
    return protocol;
  }

  test("can read a long one in parts that came in the same chunk", () => {
    const protocol = follow(letters(LIMIT));
    expect(typesOf(protocol)).toEqual(["part 1"]);
    protocol.receiveParts(true);
    expect(typesOf(protocol)).toEqual([`part ${LIMIT}`]);
  });

  test("refuses one by what it would have to keep", () => {
    const protocol = follow(letters(LIMIT + 1));
    expect(typesOf(protocol)).toEqual(["part 1", "failure"]);
  });

  test("refuses a compressed one by what it claims", () => {
    const protocol = open(role, { maxMessage: LIMIT, codec: invertingCodec() });
    protocol.receiveParts(true);
    protocol.receiveData(wire(role, "82 01 | 41", `c2 0a | ${letters(10)}`));
    expect(typesOf(protocol)).toEqual(["part 1", "failure"]);
  });
});

test("who never read one in parts refuses a long one by what it claims", () => {
  const protocol = open("client", { maxMessage: LIMIT });
  protocol.receiveData(wire("client", `82 0a | ${letters(10)}`).subarray(0, 2));
  expect(typesOf(protocol)).toEqual(["failure"]);
});

describe.each(ROLES)("a %s that receives what inflates to a thousand times as much", (role) => {
  const chunk = Uint8Array.from([
    ...wire(role, "c2 01 | ff"),
    ...wire(role, "c2 01 | fe"),
    ...wire(role, "82 01 | 41"),
  ]);

  const inflated = new Uint8Array(64 * 1024 + 1);

  function inflating(): { protocol: Protocol } {
    return { protocol: open(role, { codec: invertingCodec({ decompress: () => inflated }) }) };
  }

  test("gives the caller its turn after 64 KiB, and goes on when told so", () => {
    const { protocol } = inflating();
    protocol.receiveData(chunk.slice());
    expect(protocol.events().length).toBe(1);
    expect([protocol.yielding, protocol.suspended, protocol.kept > 0]).toEqual([true, true, true]);
    protocol.proceed();
    expect(protocol.events().length).toBe(1);
    expect(protocol.yielding).toBe(true);
    protocol.proceed();
    expect(protocol.events()).toEqual([{ type: "message", data: bytes("41") }]);
    expect([protocol.yielding, protocol.suspended, protocol.kept]).toEqual([false, false, 0]);
    protocol.proceed();
    expect(protocol.events()).toEqual([]);
  });

  test("does so after an inflation that took its time", async () => {
    const inflater = new Later();
    const protocol = open(role, { codec: invertingCodec({ decompress: inflater.call }) });
    protocol.receiveData(chunk.slice());
    await inflater.answer(inflated);
    expect(protocol.events().length).toBe(1);
    expect(protocol.yielding).toBe(true);
  });

  test("has no turn to give after a failure", () => {
    const { protocol } = inflating();
    protocol.receiveData(chunk.slice());
    protocol.fail(1011, "");
    expect(protocol.yielding).toBe(false);
  });

  test("has nothing to go on with in the middle of a message", () => {
    const protocol = open(role);
    protocol.receiveData(wire(role, "02 01 | 41"));
    protocol.proceed();
    protocol.receiveData(wire(role, "80 01 | 42"));
    expect(protocol.events()).toEqual([{ type: "message", data: bytes("41 42") }]);
  });

  test("ends with the stream once all has been read", () => {
    const { protocol } = inflating();
    protocol.receiveData(chunk.slice());
    protocol.receiveEof();
    expect(protocol.state).toBe("open");
    protocol.proceed();
    protocol.proceed();
    expect(protocol.state).toBe("closed");
  });
});
