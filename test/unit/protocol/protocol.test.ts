import { describe, expect, test } from "vitest";
import { StateError } from "../../../src/errors.ts";
import type { Role } from "../../../src/protocol/platform.ts";
import { Protocol } from "../../../src/protocol/protocol.ts";
import { frameMessage } from "../../../src/protocol/frame-writer.ts";
import {
  bytes,
  concat,
  hex,
  invertingCodec,
  open,
  output,
  ROLES,
  testPlatform,
  wire,
} from "./support.ts";

/** Frames as an endpoint of `role` sends them: as the other one gets them. */
function sent(role: Role, ...frames: string[]): string {
  return hex(wire(role === "client" ? "server" : "client", ...frames));
}

describe.each(ROLES)("a %s sends", (role) => {
  test("text", () => {
    const protocol = open(role);
    protocol.sendMessage("Hello");
    protocol.sendMessage("é");
    protocol.sendMessage("");
    expect(output(protocol)).toBe(sent(role, "81 05 | 48 65 6c 6c 6f", "81 02 | c3 a9", "81 00 |"));
  });

  test("binary, and bytes as text", () => {
    const protocol = open(role);
    protocol.sendMessage(bytes("01 02"));
    protocol.sendMessage(bytes("41"), { text: true });
    protocol.sendMessage(bytes("41"), { text: false });
    protocol.sendMessage(Buffer.from([3]));
    expect(output(protocol)).toBe(
      sent(role, "82 02 | 01 02", "81 01 | 41", "82 01 | 41", "82 01 | 03"),
    );
  });

  test("lone surrogates as U+FFFD", () => {
    const protocol = open(role);
    protocol.sendMessage("\ud83d");
    expect(output(protocol)).toBe(sent(role, "81 03 | ef bf bd"));
  });

  test("a message in parts, with control frames between", () => {
    const protocol = open(role);
    protocol.sendPart("He", true, false);
    protocol.sendPing(bytes("01"));
    protocol.sendPart("", true, false);
    protocol.sendPart("llo", true, true);
    protocol.sendPart(bytes("01"), false, false);
    protocol.sendPart(bytes("02"), false, true);
    protocol.sendPart("x", true, true);
    expect(output(protocol)).toBe(
      sent(role, "01 02 | 48 65", "89 01 | 01", "00 00 |", "80 03 | 6c 6c 6f").concat(
        " ",
        sent(role, "02 01 | 01", "80 01 | 02", "81 01 | 78"),
      ),
    );
  });

  test("a character that is cut between parts whole", () => {
    const protocol = open(role);
    protocol.sendPart("a\ud83d", true, false);
    protocol.sendPart("\ude00b", true, false);
    protocol.sendPart("\ud83d", true, false);
    protocol.sendPart("", true, true);
    expect(output(protocol)).toBe(
      sent(role, "01 01 | 61", "00 05 | f0 9f 98 80 62", "00 00 |", "80 03 | ef bf bd"),
    );
  });

  test("the half of a character before bytes as U+FFFD", () => {
    const protocol = open(role);
    protocol.sendPart("\ud83d", true, false);
    protocol.sendPart(bytes("62"), true, false);
    protocol.sendPart(bytes("63"), true, true);
    expect(output(protocol)).toBe(sent(role, "01 00 |", "00 04 | ef bf bd 62", "80 01 | 63"));
  });

  test("pings and pongs", () => {
    const protocol = open(role);
    protocol.sendPing(new Uint8Array());
    protocol.sendPong(bytes("01 02"));
    expect(output(protocol)).toBe(sent(role, "89 00 |", "8a 02 | 01 02"));
  });

  test("a pong for each ping, in order", () => {
    const protocol = open(role);
    protocol.receiveData(wire(role, "89 01 | 01", "81 01 | 41", "89 00 |", "89 01 | 03"));
    expect(output(protocol)).toBe(sent(role, "8a 01 | 01", "8a 00 |", "8a 01 | 03"));
  });

  test("a pong for the latest ping only, once it is no longer congested", () => {
    const protocol = open(role);
    protocol.congested = true;
    expect(protocol.congested).toBe(true);
    protocol.receiveData(wire(role, "89 01 | 01", "89 01 | 02", "89 01 | 03"));
    const last = protocol.events().at(-1) as { data: Uint8Array };
    last.data.fill(0xff);
    expect(output(protocol)).toBe("");
    protocol.congested = true;
    protocol.congested = false;
    expect(output(protocol)).toBe(sent(role, "8a 01 | 03"));
    protocol.congested = true;
    protocol.congested = false;
    expect(output(protocol)).toBe("");
  });
});

describe("misuse is thrown at once:", () => {
  test("a maxMessage that is no size", () => {
    for (const maxMessage of [-1, Number.NaN]) {
      expect(() => open("client", { maxMessage })).toThrow(RangeError);
    }
  });

  test.each([
    1,
    undefined,
    null,
    {},
    [1, 2],
    new Int8Array(2),
    new Uint16Array(2),
    new ArrayBuffer(2),
  ])("data that is neither a string nor a Uint8Array: %o", (data) => {
    const protocol = open("server");
    expect(() => protocol.sendMessage(data as never)).toThrow(TypeError);
    expect(() => protocol.sendPart(data as never, false, true)).toThrow(TypeError);
    expect(() => protocol.sendFrame(data as never)).toThrow(TypeError);
    expect(() => protocol.sendPing(data as never)).toThrow(TypeError);
    expect(() => protocol.sendPong(data as never)).toThrow(TypeError);
    expect(output(protocol)).toBe("");
  });

  test("but a Uint8Array of another realm is one", () => {
    const foreign = Object.create(null, {
      [Symbol.toStringTag]: { value: "Uint8Array" },
      length: { value: 1 },
      0: { value: 7 },
    }) as Uint8Array;
    const protocol = open("server");
    protocol.sendMessage(foreign);
    expect(output(protocol)).toBe("82 01 07");
  });

  test("pings and pongs of more than 125 bytes", () => {
    const protocol = open("server");
    expect(() => protocol.sendPing(new Uint8Array(126))).toThrow(RangeError);
    expect(() => protocol.sendPong(new Uint8Array(126))).toThrow(RangeError);
    protocol.sendPing(new Uint8Array(125));
    expect(output(protocol)).toHaveLength(127 * 3 - 1);
  });

  test.each([0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 1000.5, Number.NaN])(
    "close code %d",
    (code) => {
      const protocol = open("client");
      expect(() => protocol.sendClose(code)).toThrow(RangeError);
      expect(() => protocol.fail(code, "")).toThrow(RangeError);
      expect(protocol.state).toBe("open");
      protocol.sendClose();
      expect(() => protocol.sendClose(code)).toThrow(RangeError);
    },
  );

  test("a close reason without a code", () => {
    expect(() => open("client").sendClose(undefined, "bye")).toThrow(TypeError);
  });

  test("another message inside one in parts", () => {
    const protocol = open("server");
    protocol.sendPart("a", true, false);
    expect(() => protocol.sendMessage("b")).toThrow(StateError);
    expect(() => protocol.sendFrame(bytes("81 00"))).toThrow(StateError);
    protocol.sendPart("c", true, true);
    protocol.sendMessage("d");
    expect(output(protocol)).toBe("01 01 61 80 01 63 81 01 64");
  });

  test("prepared frames of a client", () => {
    expect(() => open("client").sendFrame(bytes("81 00"))).toThrow(StateError);
  });

  test.each(ROLES)("messages of a %s that is closing or closed", (role) => {
    const protocol = open(role);
    const check = (): void => {
      expect(() => protocol.sendMessage("a")).toThrow(StateError);
      expect(() => protocol.sendPart("a", true, true)).toThrow(StateError);
      expect(() => protocol.sendFrame(bytes("81 00"))).toThrow(StateError);
    };
    protocol.sendClose(1000);
    expect(protocol.state).toBe("closing");
    check();
    protocol.receiveEof();
    expect(protocol.state).toBe("closed");
    check();
  });
});

describe("a prepared frame", () => {
  test("is sent as it is", () => {
    const server = open("server");
    const frame = frameMessage(bytes("41"), { text: true, compressed: false });
    server.sendFrame(frame);
    server.sendFrame(frame);
    expect(output(server)).toBe("81 01 41 81 01 41");
  });
});

describe.each(ROLES)("the closing handshake of a %s", (role) => {
  test("that it starts", () => {
    const protocol = open(role);
    expect(protocol.closeExpected()).toBe(false);
    protocol.sendMessage("a");
    protocol.sendClose(1001, "going");
    expect(output(protocol)).toBe(sent(role, "81 01 | 61", "88 07 | 03 e9 67 6f 69 6e 67"));
    expect(protocol.state).toBe("closing");
    expect(protocol.closeExpected()).toBe(true);
    expect(protocol.closeSent).toEqual({ code: 1001, reason: "going" });
    expect(protocol.closeReceived).toBeUndefined();

    protocol.receiveData(wire(role, "81 01 | 62", "88 02 | 03 e9"));
    expect(protocol.events()).toEqual([
      { type: "message", data: "b" },
      { type: "close", code: 1001, reason: "" },
    ]);
    protocol.conclude();
    expect(output(protocol)).toBe("");
    expect(protocol.closeReceived).toEqual({ code: 1001, reason: "" });
    expect(protocol.state).toBe("closing");
    protocol.receiveEof();
    expect(protocol.state).toBe("closed");
    expect(protocol.closeExpected()).toBe(true);
  });

  test("that the peer starts: the answer waits for conclude", () => {
    const protocol = open(role);
    protocol.receiveData(wire(role, "81 01 | 61", "88 05 | 03 e8 62 79 65"));
    expect(protocol.events().map(({ type }) => type)).toEqual(["message", "close"]);
    expect(protocol.state).toBe("open");
    expect(output(protocol)).toBe("");
    protocol.sendMessage("b");
    protocol.conclude();
    expect(protocol.state).toBe("closing");
    expect(output(protocol)).toBe(sent(role, "81 01 | 62", "88 05 | 03 e8 62 79 65"));
    expect(protocol.closeSent).toEqual({ code: 1000, reason: "bye" });
    protocol.conclude();
    expect(output(protocol)).toBe("");
  });

  test("without a code", () => {
    const protocol = open(role);
    protocol.receiveData(wire(role, "88 00 |"));
    expect(protocol.events()).toEqual([{ type: "close", code: 1005, reason: "" }]);
    protocol.conclude();
    expect(output(protocol)).toBe(sent(role, "88 00 |"));
    expect(protocol.closeSent).toEqual({ code: 1005, reason: "" });
    const other = open(role);
    other.sendClose();
    expect(output(other)).toBe(sent(role, "88 00 |"));
  });

  test("that both start", () => {
    const protocol = open(role);
    protocol.receiveData(wire(role, "88 02 | 03 e8"));
    protocol.sendClose(4000, "mine");
    protocol.conclude();
    expect(output(protocol)).toBe(sent(role, "88 06 | 0f a0 6d 69 6e 65"));
    expect(protocol.closeSent).toEqual({ code: 4000, reason: "mine" });
    expect(protocol.closeReceived).toEqual({ code: 1000, reason: "" });
  });

  test("ends what can be sent", () => {
    const protocol = open(role);
    protocol.congested = true;
    protocol.receiveData(wire(role, "89 01 | 01"));
    protocol.sendClose(1000);
    protocol.sendClose(1001);
    protocol.sendPing(new Uint8Array());
    protocol.sendPong(new Uint8Array());
    protocol.receiveData(wire(role, "89 01 | 02"));
    protocol.congested = false;
    expect(output(protocol)).toBe(sent(role, "88 02 | 03 e8"));
  });

  test("inside a message in parts", () => {
    const protocol = open(role);
    protocol.sendPart("a", true, false);
    protocol.sendClose(1011);
    expect(output(protocol)).toBe(sent(role, "01 01 | 61", "88 02 | 03 f3"));
  });
});

describe.each(ROLES)("a failure of a %s", (role) => {
  test("that the peer caused is sent by conclude, after the answers to what came before", () => {
    const protocol = open(role);
    protocol.receiveData(wire(role, "81 01 | 61", "83 00 |", "81 01 | 62"));
    expect(protocol.events().map(({ type }) => type)).toEqual(["message", "failure"]);
    expect(protocol.state).toBe("open");
    protocol.sendMessage("b");
    protocol.conclude();
    const reason = "72 65 73 65 72 76 65 64 20 6f 70 63 6f 64 65 20 33";
    expect(output(protocol)).toBe(sent(role, "81 01 | 62", `88 13 | 03 ea ${reason}`));
    expect(protocol.closeSent).toEqual({ code: 1002, reason: "reserved opcode 3" });
    expect(protocol.closeReceived).toBeUndefined();
    protocol.receiveData(wire(role, "81 01 | 63"));
    expect(protocol.events()).toEqual([]);
    expect(protocol.kept).toBe(0);
  });

  test("of its own is sent at once, and what comes is ignored", () => {
    const protocol = open(role);
    protocol.receiveData(wire(role, "81 01 | 61", "01 01 | 62"));
    protocol.fail(1011, "oops");
    expect(protocol.state).toBe("closing");
    expect(protocol.kept).toBe(0);
    expect(output(protocol)).toBe(sent(role, "88 06 | 03 f3 6f 6f 70 73"));
    protocol.receiveData(wire(role, "80 01 | 63", "88 00 |"));
    expect(protocol.events()).toEqual([{ type: "message", data: "a" }]);
    protocol.conclude();
    protocol.fail(1008, "again");
    expect(output(protocol)).toBe("");
    expect(protocol.closeSent).toEqual({ code: 1011, reason: "oops" });
  });

  test("after its close frame sends nothing more", () => {
    const protocol = open(role);
    protocol.sendClose(1000);
    protocol.receiveData(wire(role, "83 00 |"));
    protocol.conclude();
    expect(output(protocol)).toBe(sent(role, "88 02 | 03 e8"));
  });

  test("nothing to conclude does nothing", () => {
    const protocol = open(role);
    protocol.conclude();
    expect(protocol.state).toBe("open");
    expect(output(protocol)).toBe("");
  });
});

describe.each(ROLES)("the end of the stream, for a %s,", (role) => {
  test("closes, and frees what was held", () => {
    let closed = 0;
    const codec = invertingCodec({ close: () => closed++ });
    const protocol = open(role, { codec });
    protocol.receiveData(wire(role, "01 01 | 61"));
    expect(protocol.kept).toBe(1);
    protocol.receiveEof();
    protocol.receiveEof();
    expect(protocol.state).toBe("closed");
    expect(protocol.kept).toBe(0);
    expect(protocol.closeReceived).toBeUndefined();
    protocol.receiveData(wire(role, "81 01 | 61"));
    expect(protocol.events()).toEqual([]);
    protocol.sendPing(new Uint8Array());
    protocol.sendClose(1000);
    protocol.fail(1000, "");
    expect(output(protocol)).toBe("");
    expect(protocol.closeSent).toBeUndefined();
    expect(closed).toBe(1);
  });

  test("leaves time to answer a close frame that came before it", () => {
    const protocol = open(role);
    protocol.receiveData(wire(role, "81 01 | 61", "88 02 | 03 e8"));
    protocol.receiveEof();
    expect(protocol.state).toBe("open");
    protocol.sendMessage("b");
    protocol.conclude();
    expect(protocol.state).toBe("closed");
    expect(output(protocol)).toBe(sent(role, "81 01 | 62", "88 02 | 03 e8"));
  });

  test("keeps what was to be written", () => {
    const protocol = open(role);
    protocol.sendMessage("a");
    protocol.receiveEof();
    expect(output(protocol)).toBe(sent(role, "81 01 | 61"));
  });
});

describe("a client and a server", () => {
  test("understand each other", () => {
    const client = new Protocol({ role: "client", platform: testPlatform, maxMessage: Infinity });
    const server = new Protocol({ role: "server", platform: testPlatform, maxMessage: Infinity });
    const large = Uint8Array.from({ length: 200_000 }, (_, at) => at % 255);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.sendMessage("é".repeat(70_000));
      from.sendMessage(large);
      for (const chunk of from.dataToSend()) to.receiveData(chunk.slice());
      const data = to.events().map((event) => event.type === "message" && event.data);
      expect(data[0]).toBe("é".repeat(70_000));
      // (`toEqual` takes a second for so many elements.)
      expect(Buffer.compare(data[1] as Uint8Array, large)).toBe(0);
      expect(data).toHaveLength(2);
    }
  });

  test("each name their role", () => {
    expect(open("client").role).toBe("client");
    expect(open("server").role).toBe("server");
  });
});

test("the bytes that are ready to be written are counted", () => {
  const server = open("server");
  expect(server.readyBytes).toBe(0);
  server.sendMessage("abc");
  server.sendMessage(new Uint8Array(20_000));
  expect(server.readyBytes).toBe(5 + 20_004);
  server.dataToSend();
  expect(server.readyBytes).toBe(0);
});

test("each event, and each byte, is given once", () => {
  const server = open("server");
  server.receiveData(wire("server", "89 00 |"));
  const events = server.events();
  expect(events).toHaveLength(1);
  expect(server.events()).toEqual([]);
  expect(concat(server.dataToSend())).toHaveLength(2);
  expect(server.dataToSend()).toEqual([]);
  server.receiveData(wire("server", "89 00 |"));
  expect(events).toHaveLength(1);
});
