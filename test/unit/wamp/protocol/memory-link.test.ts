import { expect, test } from "vitest";
import { Deferred } from "../../../../src/util/deferred.ts";
import { Violation } from "../../../../src/wamp/protocol/errors.ts";
import { SharedMessage } from "../../../../src/wamp/protocol/link.ts";
import { memoryLinks } from "../../../../src/wamp/protocol/memory-link.ts";
import type { Message } from "../../../../src/wamp/protocol/messages.ts";

function event(number: number): Message {
  return [36, 1, number, {}];
}

function keep(messages: Message[], message: Message): undefined {
  messages.push(message);
}

/** The numbers of events. */
function numbers(messages: readonly Message[]): unknown[] {
  return messages.map((message) => message[2]);
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** Whether it is over by now. */
async function isOver(promise: Promise<unknown>): Promise<boolean> {
  let over = false;
  promise.then(
    () => (over = true),
    () => (over = true),
  );
  await settled();
  return over;
}

test("messages come in order, as they are, and never within send", async () => {
  const [a, b] = memoryLinks();
  const received: Message[] = [];
  void b.receive((message) => keep(received, message));
  const [first, shared] = [event(1), event(2)];
  void a.send(first);
  void a.send(new SharedMessage(shared));
  expect(received).toEqual([]);
  await settled();
  void a.send(event(3));
  expect(received).toHaveLength(2);
  await settled();
  expect(numbers(received)).toEqual([1, 2, 3]);
  expect(received[0]).toBe(first);
  expect(received[1]).toBe(shared);
});

test("what is sent before somebody receives waits", async () => {
  const [a, b] = memoryLinks();
  void a.send(event(1));
  expect([a.waiting, b.waiting]).toEqual([1024, 0]);
  const received: Message[] = [];
  void b.receive((message) => keep(received, message));
  await settled();
  expect([numbers(received), a.waiting]).toEqual([[1], 0]);
});

test("the next message waits for a promise", async () => {
  const [a, b] = memoryLinks();
  const gates = [new Deferred<void>(), new Deferred<void>()];
  const received: Message[] = [];
  void b.receive((message) => {
    received.push(message);
    return gates[received.length - 1]?.promise;
  });
  for (let number = 1; number <= 3; number++) void a.send(event(number));
  await settled();
  expect(numbers(received)).toEqual([1]);
  gates[0]?.resolve();
  await settled();
  expect(numbers(received)).toEqual([1, 2]);
  gates[1]?.resolve();
  await settled();
  expect(numbers(received)).toEqual([1, 2, 3]);
});

test("one that answers from within gets all in order", async () => {
  const [a, b] = memoryLinks();
  const received: Message[] = [];
  void a.receive((message) => {
    received.push(message);
    if (received.length < 100) void a.send(event(received.length + 1));
    return undefined;
  });
  void b.receive((message) => {
    void b.send(message);
    return undefined;
  });
  void a.send(event(1));
  await settled();
  expect(numbers(received)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
});

test("a sender is told to wait when too much is there", async () => {
  const [a, b] = memoryLinks();
  for (let number = 1; number <= 1024; number++) expect(a.send(event(number))).toBe(undefined);
  const busy = a.send(event(1025)) as Promise<void>;
  expect(busy).toBeInstanceOf(Promise);
  expect(await isOver(busy)).toBe(false);
  const gate = new Deferred<void>();
  let count = 0;
  void b.receive(() => (++count === 2 ? gate.promise : undefined));
  await busy;
  expect(a.waiting).toBe(1023 * 1024);
  gate.resolve();
  await settled();
  expect([count, a.waiting]).toEqual([1025, 0]);
});

test("close comes after what was sent, in both directions", async () => {
  const [a, b] = memoryLinks();
  const atA: Message[] = [];
  const atB: Message[] = [];
  const overA = a.receive((message) => keep(atA, message));
  const overB = b.receive((message) => keep(atB, message));
  void a.send(event(1));
  void b.send(event(2));
  await a.close();
  await Promise.all([overA, overB]);
  expect([numbers(atA), numbers(atB)]).toEqual([[2], [1]]);
  expect([a.send(event(3)), b.send(event(4))]).toEqual([undefined, undefined]);
  await settled();
  expect([a.waiting, b.waiting, atA.length, atB.length]).toEqual([0, 0, 1, 1]);
  await a.close();
  a.terminate();
});

test("a link that is closed before somebody receives ends at once", async () => {
  const [a, b] = memoryLinks();
  void a.send(event(1));
  void a.close();
  const received: Message[] = [];
  await b.receive((message) => keep(received, message));
  expect(numbers(received)).toEqual([1]);
});

test("close within a delivery lets the rest come", async () => {
  const [a, b] = memoryLinks();
  const received: Message[] = [];
  void a.send(event(1));
  void a.send(event(2));
  await b.receive((message) => {
    received.push(message);
    void b.close();
    return undefined;
  });
  expect(numbers(received)).toEqual([1, 2]);
});

test("terminate within a delivery lets nothing come, though one is still busy", async () => {
  const [a, b] = memoryLinks();
  const received: Message[] = [];
  const never = new Deferred<void>();
  for (let number = 1; number <= 3; number++) void a.send(event(number));
  const over = b.receive((message) => {
    received.push(message);
    b.terminate();
    return never.promise;
  });
  await over;
  expect([numbers(received), a.waiting]).toEqual([[1], 0]);
  never.resolve();
  await settled();
  expect(numbers(received)).toEqual([1]);
});

test("who waits for room waits no longer when the link ends", async () => {
  for (const end of ["close", "terminate"] as const) {
    const [a, b] = memoryLinks();
    let busy: Promise<void> | undefined;
    for (let number = 1; number <= 1025; number++) busy = a.send(event(number));
    void b[end]();
    await busy;
  }
});

test.each([
  [
    "thrown",
    () => {
      throw new Error("broken");
    },
  ],
  ["a rejection", () => Promise.reject(new Error("broken"))],
])("an error of the receiver's, %s, ends receiving and not the link", async (_how, fail) => {
  const [a, b] = memoryLinks();
  let count = 0;
  const over = b.receive(() => {
    count++;
    return fail();
  });
  let busy: Promise<void> | undefined;
  for (let number = 1; number <= 1025; number++) busy = a.send(event(number));
  await expect(over).rejects.toThrow("broken");
  // Nobody takes the rest: it doesn't wait, and neither does its sender.
  await busy;
  void a.send(event(1026));
  await settled();
  expect([count, a.waiting]).toEqual([1, 0]);
  const received: Message[] = [];
  void a.receive((message) => keep(received, message));
  void b.send([3, {}, "wamp.error.runtime_error"]);
  await b.close();
  await settled();
  expect(received).toEqual([[3, {}, "wamp.error.runtime_error"]]);
});

test("what is no message is a violation of the sender's, where it is received", async () => {
  const [a, b] = memoryLinks();
  void a.send([48, 1, {}, 5] as unknown as Message);
  await expect(b.receive(() => undefined)).rejects.toThrow(Violation);
});

test("data that no serializer could send is refused", () => {
  const [a] = memoryLinks();
  expect(() => a.send([48, 1, {}, "com.add", [new Date()]])).toThrow(TypeError);
  const circular: unknown[] = [];
  circular.push(circular);
  expect(() => a.send([48, 1, {}, "com.add", circular])).toThrow(RangeError);
  expect(a.waiting).toBe(0);
});

test("nothing is known of the way", () => {
  expect(memoryLinks()[0].facts).toEqual({ connection: undefined, serializer: undefined });
});
