/**
 * What is sent arrives: whole, in order, as what it was sent.
 *
 * @module
 */

import { expect } from "vitest";
import { prepare } from "../../../src/connection/prepared-message.ts";
import type { Data } from "../../../src/connection/data.ts";
import type { Message } from "../../../src/connection/transport.ts";
import { turns } from "../../support/turns.ts";
import { bytes, expectSame, receive } from "./harness.ts";
import type { Contract } from "./harness.ts";

const TEXTS = ["a", "", "\0", "ü", "\u{1f600}", "line\r\nline", "x".repeat(70_000)];

export function messagesContract(contract: Contract): void {
  contract.promises("text arrives as text", async (open) => {
    const { near, far } = await open();
    for (const text of TEXTS) await near.send(text);
    expect(await receive(far, TEXTS.length)).toEqual(TEXTS);
    for (const text of TEXTS) await far.send(text);
    expect(await receive(near, TEXTS.length)).toEqual(TEXTS);
  });

  contract.promises("bytes arrive as bytes that pin no larger memory", async (open) => {
    const { near, far } = await open();
    const sent = [bytes(1), bytes(0), bytes(125), bytes(126), bytes(65_535), bytes(65_536)];
    for (const message of sent) await far.send(message);
    const received = await receive(near, sent.length);
    expectSame(received, sent);
    for (const message of received) {
      expect(message).toBeInstanceOf(Uint8Array);
      // (Node makes small buffers out of pieces of 8 KiB.)
      expect((message as Uint8Array).buffer.byteLength - message.length).toBeLessThan(8_192);
    }
  });

  contract.promises("messages of all kinds and sizes keep their order", async (open) => {
    const { near, far } = await open();
    const sent: Message[] = [];
    for (let index = 0; index < 400; index++) {
      const size = index % 50 === 0 ? 20_000 : (index * 37) % 2_000;
      sent.push(index % 3 === 0 ? `${index} `.repeat(size / 4 + 1) : bytes(size, index));
    }
    const there = receive(far, sent.length);
    for (const message of sent) void near.send(message);
    expectSame(await there, sent);
    const back = receive(near, sent.length);
    for (const message of sent) await far.send(message);
    expectSame(await back, sent);
  });

  contract.promises("messages of 1 MiB minus one byte arrive", async (open) => {
    const { near, far } = await open();
    const binary = bytes(1024 * 1024 - 1);
    const text = "\u00e4".repeat(binary.length / 2) + "z";
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      const received = receive(to, 2);
      await from.send(binary);
      await from.send(text);
      expectSame(await received, [binary, text]);
    }
  });

  contract.promises("any view or buffer of bytes is sent as its bytes", async (open) => {
    const { near, far } = await open();
    const views: Data[] = viewsOf(bytes(64).buffer);
    for (const view of views) await near.send(view);
    const expected = bytes(64).subarray(16, 32);
    expectSame(
      await receive(far, views.length),
      views.map(() => expected),
    );
    await near.send(bytes(64).buffer);
    await near.send(new ArrayBuffer(0));
    expectSame(await receive(far, 2), [bytes(64), bytes(0)]);
  });

  contract.promises("shared memory is sent as its bytes", async (open) => {
    const { near, far } = await open();
    const shared = new SharedArrayBuffer(64);
    new Uint8Array(shared).set(bytes(64));
    await near.send(shared);
    await near.send(new Uint16Array(shared, 16, 8));
    expectSame(await receive(far, 2), [bytes(64), bytes(64).subarray(16, 32)]);
  });

  contract.promises("bytes may be reused as soon as send has returned", async (open) => {
    const { near, far } = await open();
    const count = 40;
    const buffer = Buffer.alloc(100_000);
    for (let index = 0; index < count; index++) {
      buffer.fill(index);
      void near.send(buffer);
    }
    buffer.fill(255);
    const received = (await receive(far, count)) as Uint8Array[];
    expect(received.map(([first]) => first)).toEqual([...Array(count).keys()]);
    expect(received.every((message) => message.every((byte) => byte === message[0]))).toBe(true);
  });

  contract.promises("longer bytes may be reused once the promise is settled", async (open) => {
    const { near, far } = await open();
    const received = receive(far, 5);
    const buffer = bytes(300 * 1024);
    for (let round = 0; round < 5; round++) {
      buffer.fill(round);
      await near.send(buffer);
    }
    buffer.fill(255);
    const rounds = (await received) as Uint8Array[];
    expect(rounds.map(({ length }) => length)).toEqual(Array(5).fill(buffer.length));
    rounds.forEach((message, round) => expect(message.every((byte) => byte === round)).toBe(true));
  });

  contract.promises("what is received is the receiver's own", async (open) => {
    const { near, far } = await open();
    const sent = Buffer.from("own");
    await near.send(sent);
    await near.send(sent);
    const [first, second] = (await receive(far, 2)) as [Uint8Array, Uint8Array];
    first.fill(0);
    sent.fill(0);
    expectSame([second], [Buffer.from("own")]);
  });

  contract.promises("bytes can be sent as text", async (open) => {
    const { near, far } = await open();
    for (const text of TEXTS) await near.send(new TextEncoder().encode(text), { text: true });
    expect(await receive(far, TEXTS.length)).toEqual(TEXTS);
  });

  contract.promises("a byte order mark is a part of its text", async (open) => {
    const { near, far } = await open();
    const text = "\ufeffmarked";
    const encoded = new TextEncoder().encode(text);
    await near.send(text);
    await near.send(encoded, { text: true });
    await near.send(prepare(encoded, { text: true }));
    expect(await receive(far, 3)).toEqual([text, text, text]);
    await far.send(text);
    expect(await near.recv()).toBe(text);
  });

  contract.promises("a message can go without compression", async (open) => {
    const { near, far } = await open();
    const text = "again and again ".repeat(1_000);
    await near.send(text, { compress: false });
    await near.send(bytes(10_000), { compress: false });
    expectSame(await receive(far, 2), [text, bytes(10_000)]);
  });

  contract.promises("a prepared message is sent as often as wanted", async (open) => {
    const { near, far } = await open();
    const changing = bytes(5_000);
    const prepared = [
      prepare("text \u00fc ".repeat(500)),
      prepare(changing),
      prepare(new TextEncoder().encode("as text"), { text: true }),
      prepare(""),
    ];
    changing.fill(0);
    const expected = ["text \u00fc ".repeat(500), bytes(5_000), "as text", ""];
    for (const message of [...prepared, ...prepared]) await near.send(message);
    expectSame(await receive(far, 8), [...expected, ...expected]);
    for (const message of prepared) await far.send(message);
    expectSame(await receive(near, 4), expected);
  });

  contract.promises("what is no data is refused at once", async (open) => {
    const { near, far } = await open();
    for (const value of [
      1,
      200,
      true,
      null,
      undefined,
      Symbol("s"),
      {},
      () => "text",
      new Date(),
    ]) {
      expect(() => near.send(value as never)).toThrow(TypeError);
    }
    await near.send("still here");
    expect(await far.recv()).toBe("still here");
  });

  contract.promises("nothing is lost before the first recv", async (open) => {
    const sent = Array.from({ length: 200 }, (_, index) => `early ${index}`);
    const { near } = await open({
      onFar: (connection) => sent.forEach((text) => void connection.send(text)),
    });
    await turns(20);
    expect(await receive(near, sent.length)).toEqual(sent);
  });

  contract.promises("bufferedAmount goes back to 0 once all is sent", async (open) => {
    const { near, far } = await open();
    const received = receive(far, 20);
    for (let index = 0; index < 20; index++) await near.send(bytes(50_000, index));
    await received;
    await near.send("");
    await far.recv();
    await turns(3);
    expect(near.bufferedAmount).toBe(0);
  });
}

/** Bytes 16 to 32 of a buffer, as every kind of view that there is. */
function viewsOf(buffer: ArrayBuffer): ArrayBufferView[] {
  return [
    new DataView(buffer, 16, 16),
    new Int8Array(buffer, 16, 16),
    new Uint8Array(buffer, 16, 16),
    new Uint8ClampedArray(buffer, 16, 16),
    new Int16Array(buffer, 16, 8),
    new Uint16Array(buffer, 16, 8),
    new Int32Array(buffer, 16, 4),
    new Uint32Array(buffer, 16, 4),
    new Float32Array(buffer, 16, 4),
    new Float64Array(buffer, 16, 2),
    new BigInt64Array(buffer, 16, 2),
    new BigUint64Array(buffer, 16, 2),
    Buffer.from(buffer, 16, 16),
  ];
}
