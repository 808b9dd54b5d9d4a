import { expect, test } from "vitest";
import type {
  AuthorizationRequest,
  Authorizer,
  Decision,
} from "../../../../../src/wamp/router/authorization/authorizer.ts";
import { RouterCore } from "../../../../../src/wamp/router/router.ts";
import { settled, WampPeer } from "../../../../support/wamp-peer.ts";
import { makeRealm, TestSession } from "../../../../support/wamp-session.ts";

const ALLOW = { allow: true };
const CANCELED = "wamp.error.canceled";

/** Decides of calls when it is told to; of all else at once. */
class SlowAuthorizer implements Authorizer {
  readonly waiting: ((decision: Decision) => void)[] = [];

  authorize({ action }: AuthorizationRequest): Decision | Promise<Decision> {
    if (action !== "call") return ALLOW;
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  async decide(decision: Decision): Promise<void> {
    this.waiting.shift()?.(decision);
    await settled();
  }
}

function setUp(): { authorizer: SlowAuthorizer; caller: TestSession; callee: TestSession } {
  const authorizer = new SlowAuthorizer();
  const realm = makeRealm({}, authorizer);
  const [callee, caller] = [new TestSession(realm), new TestSession(realm)];
  callee.register("com.a");
  callee.register("com.b");
  return { authorizer, caller, callee };
}

test("invocations come in the order of the calls, across procedures", async () => {
  const authorizer: Authorizer = {
    authorize: ({ uri }) => (uri === "com.a" ? settled().then(() => ALLOW) : ALLOW),
  };
  const realm = makeRealm({}, authorizer);
  const [callee, caller] = [new TestSession(realm), new TestSession(realm)];
  callee.send([64, 1, {}, "com.b"]);
  callee.send([64, 2, {}, "com.a"]);
  await settled();
  await settled();
  callee.take();
  for (const procedure of ["com.a", "com.b", "com.a", "com.b"]) caller.call(procedure);
  while (callee.received.length < 4) await settled();
  expect(callee.take()).toEqual([
    [68, 1, 2, {}],
    [68, 2, 1, {}],
    [68, 3, 2, {}],
    [68, 4, 1, {}],
  ]);
});

test("who is refused is told so, and what fails is not allowed", async () => {
  const { authorizer, caller, callee } = setUp();
  caller.call("com.a");
  await authorizer.decide({ allow: false });
  expect(caller.take()).toEqual([[8, 48, 1, {}, "wamp.error.not_authorized"]]);
  expect(callee.take()).toEqual([]);
  expect(caller.session.calls.size).toBe(0);
});

test.each(["skip", "kill", "killnowait"] as const)(
  "a call is canceled (%s) while it waits for its authorizer",
  async (mode) => {
    const { authorizer, caller, callee } = setUp();
    caller.call("com.a");
    caller.send([49, 1, { mode }]);
    expect(caller.take()).toEqual([[8, 48, 1, {}, CANCELED]]);
    await authorizer.decide(ALLOW);
    expect(caller.take()).toEqual([]);
    expect(callee.take()).toEqual([]);
  },
);

test("a call that is refused after it was canceled has one outcome", async () => {
  const { authorizer, caller } = setUp();
  caller.call("com.a");
  caller.send([49, 1, {}]);
  await authorizer.decide({ allow: false });
  expect(caller.take()).toEqual([[8, 48, 1, {}, CANCELED]]);
});

test("a call is canceled while it waits behind another one", async () => {
  const { authorizer, caller, callee } = setUp();
  caller.call("com.a");
  caller.call("com.b");
  caller.send([49, 2, { mode: "killnowait" }]);
  await authorizer.decide(ALLOW);
  await authorizer.decide(ALLOW);
  const outcomes = caller.take();
  expect(outcomes).toEqual([[8, 48, 2, {}, CANCELED]]);
  callee.send([70, 1, {}]);
  expect(caller.take()).toEqual([[50, 1, {}]]);
});

test("a call that is under way is canceled though an authorizer takes its time for another one", async () => {
  const { authorizer, caller } = setUp();
  caller.call("com.a");
  await authorizer.decide(ALLOW);
  caller.call("com.b");
  caller.send([49, 1, {}]);
  expect(caller.take()).toEqual([[8, 48, 1, {}, CANCELED]]);
});

test("a caller that left while its call was being authorized calls nobody", async () => {
  const { authorizer, caller, callee } = setUp();
  caller.call("com.a");
  caller.leave();
  await authorizer.decide(ALLOW);
  expect(callee.take()).toEqual([]);
  expect(caller.session.calls.size).toBe(0);
});

test("a callee that left while its REGISTER was being authorized is no callee", async () => {
  let decide: (decision: Decision) => void = () => {};
  const authorizer: Authorizer = {
    authorize: ({ action }) =>
      action === "register" ? new Promise((resolve) => (decide = resolve)) : ALLOW,
  };
  const realm = makeRealm({}, authorizer);
  const [callee, caller] = [new TestSession(realm), new TestSession(realm)];
  callee.send([64, 1, {}, "com.a"]);
  callee.leave();
  decide(ALLOW);
  await settled();
  caller.call("com.a");
  expect(caller.take()).toEqual([[8, 48, 1, {}, "wamp.error.no_such_procedure"]]);
});

test("an authorizer may call a procedure of the very session that waits for it", async () => {
  const helpers: WampPeer[] = [];
  let request = 0;
  const router = new RouterCore({
    realms: {
      realm1: {
        authenticators: [],
        authorizer: {
          authorize: async ({ action, uri }) => {
            if (action !== "call" || uri !== "com.guarded") return ALLOW;
            const [helper] = helpers;
            helper?.send([48, ++request, {}, "com.may"]);
            const answer = await helper?.take();
            return { allow: answer?.[0] === 50 };
          },
        },
      },
    },
  });
  helpers.push(await WampPeer.join(router));
  const peer = await WampPeer.join(router);
  peer.send([64, 1, {}, "com.may"]);
  peer.send([64, 2, {}, "com.guarded"]);
  const registrations = await peer.takeAll(2);
  const [may, guarded] = registrations.map((message) => message[2]);
  peer.send([48, 3, {}, "com.guarded"]);
  expect(await peer.take()).toEqual([68, 1, may, {}]);
  peer.send([70, 1, {}]);
  expect(await peer.take()).toEqual([68, 2, guarded, {}]);
  peer.send([70, 2, {}, ["done"]]);
  expect(await peer.take()).toEqual([50, 3, {}, ["done"]]);
});

test("it may do so though more requests of that session wait than are read ahead", async () => {
  const CALLS = 600;
  const helpers: WampPeer[] = [];
  let request = 0;
  const authorize = async ({ action, uri }: AuthorizationRequest): Promise<Decision> => {
    if (action !== "call" || uri !== "com.guarded") return ALLOW;
    helpers[0]?.send([48, ++request, {}, "com.may"]);
    const answer = await helpers[0]?.take();
    return { allow: answer?.[0] === 50 };
  };
  const realms = { realm1: { authenticators: [], authorizer: { authorize } } };
  const router = new RouterCore({ realms });
  helpers.push(await WampPeer.join(router));
  const peer = await WampPeer.join(router);
  peer.send([64, 1, {}, "com.may"]);
  await peer.take();
  for (let call = 2; call <= CALLS; call++) peer.send([48, call, {}, "com.guarded"]);
  for (let invocation = 1; invocation < CALLS; invocation++) {
    const messages = [await peer.take()];
    if (messages[0]?.[0] === 8) messages.push(await peer.take());
    expect(messages.at(-1)).toEqual([68, invocation, 1, {}]);
    peer.send([70, invocation, {}]);
  }
  expect(await peer.take()).toEqual([8, 48, CALLS, {}, "wamp.error.no_such_procedure"]);
});

test("who may not register is told so", () => {
  const authorizer: Authorizer = { authorize: ({ action }) => ({ allow: action !== "register" }) };
  const callee = new TestSession(makeRealm({}, authorizer));
  callee.send([64, 1, {}, "com.a"]);
  expect(callee.take()).toEqual([[8, 64, 1, {}, "wamp.error.not_authorized"]]);
});

test("REGISTERED comes before any INVOCATION", () => {
  const realm = makeRealm();
  const [callee, caller] = [new TestSession(realm), new TestSession(realm)];
  callee.send([64, 1, {}, "com.a"]);
  caller.call("com.a");
  expect(callee.take()).toEqual([
    [65, 1, 1],
    [68, 1, 1, {}],
  ]);
});

test("what comes after many procedures of the router's own that wait for an authorizer waits too", async () => {
  const waiting: ((decision: Decision) => void)[] = [];
  const authorize = ({ action }: AuthorizationRequest): Decision | Promise<Decision> =>
    action === "subscribe" ? new Promise((resolve) => waiting.push(resolve)) : ALLOW;
  const history = [{ uri: "com.kept", limit: 1 }];
  const core = new RouterCore({
    realms: { realm1: { authenticators: [], authorizer: { authorize }, history } },
  });
  const peer = await WampPeer.join(core);
  for (let call = 1; call <= 20; call++) {
    peer.send([48, call, {}, "wamp.subscription.get_events", [1]]);
  }
  await settled();
  expect(waiting).toHaveLength(16);
  for (let answered = 0; answered < 20; answered++) {
    waiting[answered]?.(ALLOW);
    await settled();
  }
  expect(await peer.takeAll(20)).toHaveLength(20);
});
