import { expect, test, vi } from "vitest";
import type { Connection } from "../../../../src/connection/connection.ts";
import { ClosedError, LimitError } from "../../../../src/errors.ts";
import { pair } from "../../../../src/testing/pair.ts";
import { cbor } from "../../../../src/wamp/cbor/cbor.ts";
import { msgpack } from "../../../../src/wamp/msgpack/msgpack.ts";
import { Violation } from "../../../../src/wamp/protocol/errors.ts";
import { parseMessage } from "../../../../src/wamp/protocol/parse.ts";
import { json } from "../../../../src/wamp/protocol/json.ts";
import { ConnectionLink, SharedMessage } from "../../../../src/wamp/protocol/link.ts";
import type { Message } from "../../../../src/wamp/protocol/messages.ts";
import type { Serializer } from "../../../../src/wamp/protocol/serializer.ts";
import { checkLength } from "../../../../src/wamp/rawsocket/length-check.ts";

const call: Message = [48, 1, {}, "com.add", [2, 3]];

/** A connection whose peer said what it takes. */
function limited(limit: number): [Connection, Connection] {
  const request = { checkLength: (data: string | Uint8Array) => checkLength(data, limit) };
  const [a, b] = pair();
  return [Object.assign(a, { request }), b];
}

test.each([json, msgpack, cbor].map((one) => [one.name, one] as const))(
  "%s: messages go both ways",
  async (name, serializer) => {
    const [a, b] = pair();
    const [client, router] = [
      new ConnectionLink(a, serializer, parseMessage),
      new ConnectionLink(b, serializer, parseMessage),
    ];
    const received: Message[] = [];
    const over = router.receive((message) => {
      received.push(message);
      void router.send([50, 1, {}, [5]]);
      return undefined;
    });
    const answer = new Promise<Message>((resolve) => {
      void client.receive((message) => {
        resolve(message);
        return undefined;
      });
    });
    expect(client.send(call)).toBe(undefined);
    expect(await answer).toEqual([50, 1, {}, [5]]);
    void client.send(new SharedMessage(call));
    await client.close();
    await over;
    expect(received).toEqual([call, call]);
    expect(client.facts).toEqual({ connection: a, serializer: name });
  },
);

test.each([
  ["text that is no JSON", json, "[1", "this is no json"],
  ["binary where there should be text", json, new Uint8Array([1]), "JSON is sent as text"],
  ["text where there should be binary", msgpack, "[1]", "MessagePack is sent as binary"],
  ["what is no message", json, "[48]", "CALL is too short"],
  ["bytes after the end", cbor, new Uint8Array([0, 0]), "this is no cbor"],
] as const)(
  "%s is a violation, and the link still open",
  async (_name, serializer, data, reason) => {
    const [a, b] = pair();
    const link = new ConnectionLink(b, serializer, parseMessage);
    void a.send(data);
    const receiving = link.receive(() => undefined);
    await expect(receiving).rejects.toThrow(reason);
    await expect(receiving).rejects.toBeInstanceOf(Violation);
    void link.send([3, {}, "wamp.error.protocol_violation"]);
    expect(await a.recv()).toEqual(serializer.encode([3, {}, "wamp.error.protocol_violation"]));
    await link.close();
  },
);

test("a violation repeats nothing of what came", async () => {
  const [a, b] = pair();
  void a.send('[5,"secret",{}');
  const receiving = new ConnectionLink(b, json, parseMessage).receive(() => undefined);
  await expect(receiving).rejects.toThrow(/^this is no json$/);
  a.terminate();
});

test("what the receiver throws comes out, a ClosedError of another connection, too", async () => {
  const closed = new ClosedError({ code: 1006, reason: "", wasClean: false, initiator: "remote" });
  for (const error of [new Error("broken"), closed]) {
    const [a, b] = pair();
    const link = new ConnectionLink(b, json, parseMessage);
    void a.send(json.encode(call));
    await expect(link.receive(() => Promise.reject(error))).rejects.toBe(error);
    await link.close();
  }
});

test("receive resolves when the peer is gone, however that came", async () => {
  for (const end of ["close", "terminate"] as const) {
    const [a, b] = pair();
    const over = new ConnectionLink(b, json, parseMessage).receive(() => undefined);
    void a[end]();
    await over;
    expect(b.state).toBe("closed");
  }
  const [a, b] = pair();
  const link = new ConnectionLink(b, json, parseMessage);
  const over = link.receive(() => undefined);
  link.terminate();
  await over;
  expect([a, b].map((one) => one.state)).toContain("closed");
  expect(link.send(call)).toBe(undefined);
});

test("data that can't be encoded throws, and the link goes on", async () => {
  const [a, b] = pair();
  const link = new ConnectionLink(a, json, parseMessage);
  expect(() => link.send([48, 1, {}, "com.add", [new Map()]])).toThrow(TypeError);
  expect(() => link.send([48, 1, {}, "com.add", [2n ** 64n]])).toThrow(RangeError);
  void link.send(call);
  expect(await b.recv()).toBe(json.encode(call));
  await link.close();
});

test("a message that is longer than the peer takes is refused", async () => {
  // 30 bytes in JSON, with a letter of two.
  const message: Message = [48, 1, {}, "com.add", ["äbc"]];
  const length = Buffer.byteLength(json.encode(message));
  for (const sent of [message, new SharedMessage(message)]) {
    const [a, b] = limited(length - 1);
    const link = new ConnectionLink(a, json, parseMessage);
    const error = catching(() => link.send(sent));
    expect(error).toBeInstanceOf(LimitError);
    expect((error as LimitError).limit).toBe(length - 1);
    void link.send([49, 1, {}]);
    expect(await b.recv()).toBe("[49,1,{}]");
    await link.close();
  }
  const [exact, peer] = limited(length);
  const link = new ConnectionLink(exact, json, parseMessage);
  void link.send(message);
  expect(await peer.recv()).toBe(json.encode(message));
  await link.close();
});

test("bytes are measured as they are, and without a check there is no limit", () => {
  const encoded = msgpack.encode(call) as Uint8Array;
  const [a] = limited(encoded.length - 1);
  expect(() => new ConnectionLink(a, msgpack, parseMessage).send(call)).toThrow(LimitError);
  for (const request of [undefined, null, {}]) {
    const open = Object.assign(pair()[0], { request });
    expect(() => new ConnectionLink(open, msgpack, parseMessage).send(call)).not.toThrow();
    open.terminate();
  }
  a.terminate();
});

test("a sender is told to wait when the peer is slow, and no longer when it is gone", async () => {
  const [a, b] = pair();
  const link = new ConnectionLink(a, json, parseMessage);
  const large: Message = [48, 1, {}, "com.add", ["x".repeat(100_000)]];
  let busy: Promise<void> | undefined;
  for (let round = 0; round < 100 && !busy; round++) busy = link.send(large);
  expect(busy).toBeInstanceOf(Promise);
  expect(link.waiting).toBeGreaterThan(65_536);
  b.terminate();
  await busy;
});

test("a shared message is encoded once for each serializer", async () => {
  const encode = vi.fn(json.encode);
  const counting: Serializer = { ...json, encode };
  const shared = new SharedMessage(call);
  const links = [0, 1, 2].map(() => new ConnectionLink(pair()[0], counting, parseMessage));
  for (const link of links) void link.send(shared);
  expect(encode).toHaveBeenCalledTimes(1);
  expect(shared.encoded(msgpack).data).toEqual(msgpack.encode(call));
  expect(shared.encoded(counting).text).toBe(true);
  for (const link of links) link.terminate();
});

test("a shared message that can't be encoded is tried once, and throws every time", () => {
  const encode = vi.fn(json.encode);
  const counting: Serializer = { ...json, encode };
  const shared = new SharedMessage([36, 1, 2, {}, ["\0"]]);
  expect(() => shared.encoded(counting)).toThrow(TypeError);
  expect(() => shared.encoded(counting)).toThrow(TypeError);
  expect(encode).toHaveBeenCalledTimes(1);
  expect(shared.encoded(cbor).text).toBe(false);
});

function catching(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
