import { expect, test } from "vitest";
import { LimitError } from "../../../../../src/errors.ts";
import type { List, Message } from "../../../../../src/wamp/protocol/messages.ts";
import { makeRealm, TestSession } from "../../../../support/wamp-session.ts";

const UNAVAILABLE = "wamp.error.unavailable";
const TOO_LARGE = "wamp.error.payload_size_exceeded";
const tooLarge = new LimitError("too large", 100, 1009);

/** Refuses messages of one type that have a payload. */
function refusing(type: number, error: Error): TestSession["refuses"] {
  return (message) => (message[0] === type && message.length > 4 ? error : undefined);
}

test("a session waits for at most maxCalls calls", () => {
  const realm = makeRealm({ maxCalls: 2 });
  const [callee, caller] = [new TestSession(realm), new TestSession(realm)];
  callee.register("com.work");
  for (let call = 1; call <= 3; call++) caller.call("com.work");
  const text = "a session has at most 2 open calls";
  expect(caller.take()).toEqual([[8, 48, 3, {}, "fullduplex.error.limit_exceeded", [text]]]);
  callee.send([70, 1, {}]);
  caller.call("com.work");
  expect(caller.take()).toEqual([[50, 1, {}]]);
});

test("a callee for which too much waits is not called", () => {
  const realm = makeRealm({ maxQueue: 1000 });
  const [callee, caller] = [new TestSession(realm), new TestSession(realm)];
  callee.register("com.work");
  callee.waiting = 1001;
  caller.call("com.work");
  expect(caller.take()).toEqual([[8, 48, 1, {}, UNAVAILABLE]]);
  callee.waiting = 1000;
  caller.call("com.work");
  expect(callee.take()).toEqual([[68, 1, 1, {}]]);
});

test("another callee gets what a slow one doesn't", () => {
  const realm = makeRealm({ maxQueue: 1000 });
  const [slow, other, caller] = [
    new TestSession(realm),
    new TestSession(realm),
    new TestSession(realm),
  ];
  slow.register("com.work", { invoke: "first" });
  other.register("com.work", { invoke: "first" });
  slow.waiting = 1001;
  caller.call("com.work");
  expect(slow.take()).toEqual([]);
  expect(other.take()).toEqual([[68, 1, 1, {}]]);
});

test("a slow callee gets no more chunks: the call fails", () => {
  const realm = makeRealm({ maxQueue: 1000 });
  const [callee, caller] = [new TestSession(realm), new TestSession(realm)];
  callee.register("com.store");
  caller.call("com.store", { progress: true });
  callee.take();
  callee.waiting = 1001;
  caller.send([48, 1, { progress: true }, "com.store"]);
  caller.send([48, 1, {}, "com.store"]);
  expect(caller.take()).toEqual([[8, 48, 1, {}, UNAVAILABLE]]);
  expect(callee.take()).toEqual([[69, 1, { mode: "killnowait", reason: "wamp.error.canceled" }]]);
});

test.each([
  [tooLarge, TOO_LARGE],
  [new TypeError("no such type"), "wamp.error.invalid_argument"],
])("arguments that can't be sent to the callee: %s", (error, uri) => {
  const realm = makeRealm();
  const [callee, caller] = [new TestSession(realm), new TestSession(realm)];
  callee.register("com.work", { concurrency: 1 });
  callee.refuses = refusing(68, error);
  caller.call("com.work", { timeout: 1000 }, ["much"]);
  expect(caller.take()).toEqual([[8, 48, 1, {}, uri]]);
  expect(caller.session.calls.size + callee.session.invocations.size).toBe(0);
  // Neither its place nor its id is lost.
  caller.call("com.work");
  expect(callee.take()).toEqual([[68, 1, 1, {}]]);
});

test("a chunk that can't be sent to the callee fails the call", () => {
  const realm = makeRealm();
  const [callee, caller] = [new TestSession(realm), new TestSession(realm)];
  callee.register("com.store");
  callee.refuses = refusing(68, tooLarge);
  caller.call("com.store", { progress: true });
  callee.take();
  caller.send([48, 1, {}, "com.store", ["much"]]);
  expect(caller.take()).toEqual([[8, 48, 1, {}, TOO_LARGE]]);
  expect(callee.take()).toMatchObject([[69, 1, { mode: "killnowait" }]]);
});

const told: Message = [69, 1, { mode: "killnowait", reason: "wamp.error.canceled" }];

test.each<{ answer: Message; interrupts: Message[] }>([
  { answer: [70, 1, {}, ["much"]], interrupts: [] },
  { answer: [70, 1, { progress: true }, ["much"]], interrupts: [told] },
  { answer: [8, 68, 1, {}, "com.error", ["much"]], interrupts: [] },
])("an answer that can't be sent to the caller: $answer", ({ answer, interrupts }) => {
  const realm = makeRealm();
  const [callee, caller] = [new TestSession(realm), new TestSession(realm)];
  callee.register("com.work");
  caller.refuses = (message: List) =>
    message.includes("com.error") || message[0] === 50 ? tooLarge : undefined;
  caller.call("com.work", { receive_progress: true });
  callee.take();
  callee.send(answer);
  expect(caller.take()).toEqual([[8, 48, 1, {}, TOO_LARGE]]);
  expect(callee.take()).toEqual(interrupts);
  expect(caller.session.calls.size + callee.session.invocations.size).toBe(0);
});

test("a caller that doesn't keep up with progressive results has an error instead", () => {
  const realm = makeRealm({ maxQueue: 1000 });
  const [callee, caller] = [new TestSession(realm), new TestSession(realm)];
  callee.register("com.load");
  caller.call("com.load", { receive_progress: true });
  caller.call("com.load");
  callee.take();
  caller.waiting = 1001;
  callee.send([70, 1, { progress: true }, [1]]);
  callee.send([70, 1, { progress: true }, [2]]);
  callee.send([70, 2, {}, ["final"]]);
  expect(caller.take()).toEqual([
    [8, 48, 1, {}, UNAVAILABLE],
    [50, 2, {}, ["final"]],
  ]);
  expect(callee.take()).toEqual([told]);
});
