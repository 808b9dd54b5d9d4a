import { describe, expect, test } from "vitest";
import { ProtocolError } from "../../../src/errors.ts";
import { COPY_LIMIT } from "../../../src/protocol/frame-writer.ts";
import type { Protocol, ProtocolOptions } from "../../../src/protocol/protocol.ts";
import { bytes, invertingCodec, Later, open, output, settled, wire } from "./support.ts";

describe("messages are compressed", () => {
  const server = open("server", { codec: invertingCodec() });

  test("from the threshold on, which counts bytes", () => {
    server.sendMessage("AAA");
    server.sendMessage("AAAA");
    server.sendMessage("éA");
    server.sendMessage("éé");
    server.sendMessage(bytes("01 02 03"));
    server.sendMessage(bytes("01 02 03 04"));
    expect(output(server)).toBe(
      "81 03 41 41 41 c1 04 be be be be 81 03 c3 a9 41 c1 04 3c 56 3c 56 82 03 01 02 03 c2 04 fe fd fc fb",
    );
  });

  test("unless told otherwise", () => {
    server.sendMessage("AAAA", { compress: false });
    server.sendMessage(bytes("01 02 03 04"), { compress: false });
    server.sendMessage(bytes("41 41 41 41"), { compress: true, text: true });
    server.sendMessage("AAA", { compress: true });
    expect(output(server)).toBe(
      "81 04 41 41 41 41 82 04 01 02 03 04 c1 04 be be be be 81 03 41 41 41",
    );
  });

  test("but never in parts", () => {
    server.sendPart("AAAA", true, false);
    server.sendPart("AAAA", true, true);
    expect(output(server)).toBe("01 04 41 41 41 41 80 04 41 41 41 41");
  });

  test("by a client too, before they are masked", () => {
    const client = open("client", { codec: invertingCodec() });
    client.sendMessage("AAAA");
    expect(output(client)).toBe("c1 84 37 fa 21 3d 89 44 9f 83");
  });
});

/** A server whose compressor answers later. */
function slow(options: Partial<ProtocolOptions> = {}): {
  server: Protocol;
  compressor: Later;
  progress: string[];
} {
  const compressor = new Later();
  const progress: string[] = [];
  const server: Protocol = open("server", {
    codec: invertingCodec({ compress: compressor.call }),
    onProgress: () => progress.push(server.state),
    ...options,
  });
  return { server, compressor, progress };
}

describe("while a compression is under way", () => {
  test("its place in the output is held", async () => {
    const { server, compressor, progress } = slow();
    server.sendMessage("A");
    server.sendMessage("AAAA");
    server.sendMessage("B");
    server.sendPing(bytes("01"));
    server.receiveData(wire("server", "89 01 | 02"));
    server.sendMessage(bytes("03"));
    server.sendFrame(bytes("81 01 44"));
    expect(output(server)).toBe("81 01 41");
    expect(server.heldBytes).toBe(4 + 3 + 3 + 3 + 3 + 3);
    expect(progress).toEqual([]);
    await compressor.answer(bytes("fe"));
    expect(progress).toEqual(["open"]);
    expect(server.heldBytes).toBe(0);
    expect(output(server)).toBe("c1 01 fe 81 01 42 89 01 01 8a 01 02 82 01 03 81 01 44");
    server.sendMessage("C");
    expect(output(server)).toBe("81 01 43");
  });

  test("other messages wait for theirs, one at a time", async () => {
    const { server, compressor } = slow();
    server.sendMessage("AAAA");
    server.sendMessage("BBBBB");
    server.sendMessage("b");
    server.sendMessage(bytes("01 02 03 04 05 06"));
    server.sendMessage("c");
    expect(compressor.calls).toHaveLength(1);
    expect(server.heldBytes).toBe(4 + 5 + 3 + 6 + 3);
    await compressor.answer(bytes("f1"));
    expect(output(server)).toBe("c1 01 f1");
    expect(server.heldBytes).toBe(5 + 3 + 6 + 3);
    expect(compressor.calls).toHaveLength(1);
    await compressor.answer(bytes("f2"));
    expect(output(server)).toBe("c1 01 f2 81 01 62");
    expect(server.heldBytes).toBe(6 + 3);
    server.sendMessage("d");
    expect(server.heldBytes).toBe(6 + 6);
    await compressor.answer(bytes("f3"));
    expect(output(server)).toBe("c2 01 f3 81 01 63 81 01 64");
    expect(server.heldBytes).toBe(0);
  });

  test("a compression that answers at once lets the next one go on", async () => {
    const compressor = new Later();
    const compress = (data: Uint8Array): Uint8Array | Promise<Uint8Array> =>
      data.length > 4 ? compressor.call(data) : bytes("f0");
    const server = open("server", { codec: invertingCodec({ compress }) });
    server.sendMessage("AAAAA");
    server.sendMessage("AAAA");
    server.sendMessage("AAAA");
    server.sendMessage("B");
    expect(output(server)).toBe("");
    await compressor.answer(bytes("f1"));
    expect(output(server)).toBe("c1 01 f1 c1 01 f0 c1 01 f0 81 01 42");
  });

  test("small messages that wait are copied, larger ones are not", async () => {
    const { server, compressor } = slow();
    const first = bytes("01 01 01 01");
    const small = new Uint8Array(COPY_LIMIT).fill(1);
    const large = new Uint8Array(COPY_LIMIT + 1).fill(1);
    server.sendMessage(first);
    server.sendMessage(small);
    server.sendMessage(large);
    small.fill(2);
    await compressor.answer();
    expect(compressor.calls[0]!.data[0]).toBe(1);
    await compressor.answer();
    expect(compressor.calls[0]!.data).toBe(large);
  });

  test("the close frame waits too", async () => {
    const { server, compressor, progress } = slow();
    server.sendMessage("AAAA");
    server.sendClose(1000);
    expect(server.state).toBe("closing");
    expect(output(server)).toBe("");
    await compressor.answer(bytes("fe"));
    expect(output(server)).toBe("c1 01 fe 88 02 03 e8");
    expect(progress).toEqual(["closing"]);
  });

  test("the end of the stream drops what waits, but for the close frame", async () => {
    const { server, compressor, progress } = slow();
    server.sendMessage("AAAA");
    server.sendMessage("B");
    server.receiveData(wire("server", "88 02 | 03 e8"));
    server.receiveEof();
    expect(server.state).toBe("open");
    server.conclude();
    expect(server.state).toBe("closed");
    expect(server.heldBytes).toBe(0);
    expect(output(server)).toBe("88 02 03 e8");
    await compressor.answer();
    expect(output(server)).toBe("");
    expect(progress).toEqual([]);
  });
});

describe("a compression that fails", () => {
  test("fails the connection with 1011, and nothing after it is sent", async () => {
    const { server, compressor, progress } = slow();
    const reason = new Error("no memory");
    server.sendMessage("AAAA");
    server.sendMessage("BBBB");
    server.sendMessage("C");
    await compressor.refuse(reason);
    expect(progress).toEqual(["open"]);
    expect(server.heldBytes).toBe(0);
    const [event, ...rest] = server.events();
    expect(rest).toEqual([]);
    expect(event).toMatchObject({ type: "failure", error: { closeCode: 1011, cause: reason } });
    expect((event as { error: unknown }).error).toBeInstanceOf(ProtocolError);
    server.sendMessage("D");
    server.sendPart("D", true, true);
    server.sendFrame(bytes("81 00"));
    server.sendPing(new Uint8Array());
    server.receiveData(wire("server", "81 01 | 41"));
    expect(server.events()).toEqual([]);
    expect(output(server)).toBe("");
    server.conclude();
    expect(output(server).slice(0, 11)).toBe("88 22 03 f3");
    expect(server.closeSent?.code).toBe(1011);
    expect(compressor.calls).toHaveLength(0);
  });

  test("does the same when it fails at once", async () => {
    const progress: string[] = [];
    const compress = (): never => {
      throw new Error("no memory");
    };
    const server = open("server", {
      codec: invertingCodec({ compress }),
      onProgress: () => progress.push("progress"),
    });
    server.sendMessage("AAAA");
    server.sendMessage("B");
    expect(output(server)).toBe("");
    await settled();
    expect(progress).toEqual(["progress"]);
    expect(server.events()).toMatchObject([{ type: "failure", error: { closeCode: 1011 } }]);
  });

  test("lets a close frame through that waits behind it", async () => {
    const { server, compressor } = slow();
    server.sendMessage("AAAA");
    server.sendMessage("B");
    server.sendClose(1000);
    await compressor.refuse(new Error("no memory"));
    expect(output(server)).toBe("88 02 03 e8");
    expect(server.events().map(({ type }) => type)).toEqual(["failure"]);
    server.conclude();
    expect(output(server)).toBe("");
  });

  test("changes nothing about a close frame that was received before", async () => {
    const { server, compressor } = slow();
    server.sendMessage("AAAA");
    server.receiveData(wire("server", "88 02 | 03 e9"));
    await compressor.refuse(new Error("no memory"));
    expect(server.events()).toEqual([{ type: "close", code: 1001, reason: "" }]);
    server.conclude();
    expect(output(server)).toBe("88 02 03 e9");
  });

  test("is of no interest after the end of the stream", async () => {
    const { server, compressor, progress } = slow();
    server.sendMessage("AAAA");
    server.receiveEof();
    await compressor.refuse(new Error("no memory"));
    expect(server.events()).toEqual([]);
    expect(progress).toEqual([]);
    expect(server.state).toBe("closed");
  });
});

test("progress is made without anyone to tell", async () => {
  const compressor = new Later();
  const server = open("server", { codec: invertingCodec({ compress: compressor.call }) });
  server.sendMessage("AAAA");
  await compressor.answer(bytes("fe"));
  expect(output(server)).toBe("c1 01 fe");
});
