import { describe, expect, test } from "vitest";
import { ticket as show } from "../../../../src/wamp/client/authentication/ticket.ts";
import { CLIENT_ROLES, ROUTER_ROLES } from "../../../../src/wamp/protocol/features.ts";
import type { Message } from "../../../../src/wamp/protocol/messages.ts";
import { anonymous } from "../../../../src/wamp/router/authentication/anonymous.ts";
import type {
  Authenticator,
  Step,
} from "../../../../src/wamp/router/authentication/authenticator.ts";
import { ticket } from "../../../../src/wamp/router/authentication/ticket.ts";
import { Deferred } from "../../../../src/util/deferred.ts";
import { FakeClock } from "../../../../src/testing/fake-clock.ts";
import { RouterCore } from "../../../../src/wamp/router/router.ts";
import { knock, routerWith } from "../../../support/wamp-authentication.ts";
import { WampPeer, settled } from "../../../support/wamp-peer.ts";

const roles = CLIENT_ROLES;
const principals = { joe: { ticket: "1", role: "user" } };
const NO_METHOD = [3, {}, "wamp.error.no_matching_auth_method"];

function violation(message: string): Message {
  return [3, { message }, "wamp.error.protocol_violation"];
}

/** What a router answers to messages at the beginning. */
async function answers(router: RouterCore, ...messages: readonly unknown[]): Promise<Message[]> {
  const peer = WampPeer.attach(router);
  for (const message of messages) peer.send(message as Message);
  await settled();
  return peer.received;
}

test("a WELCOME is complete", async () => {
  const { router } = routerWith(anonymous({ role: "guest" }));
  const [welcome] = await answers(router, [1, "realm1", { roles }]);
  expect(welcome).toEqual([
    2,
    expect.any(Number),
    {
      realm: "realm1",
      roles: ROUTER_ROLES,
      agent: "fullduplex",
      authid: expect.stringMatching(/^[0-9a-z]+$/),
      authrole: "guest",
      authmethod: "anonymous",
      authprovider: "static",
    },
  ]);
});

describe("roles", () => {
  test.each([
    { caller: {} },
    { publisher: { features: {} } },
    { subscriber: {}, x_other: { features: { a: 1 } } },
  ])("%j", async (announced) => {
    const { router } = routerWith(anonymous());
    const [welcome] = await answers(router, [1, "realm1", { roles: announced }]);
    expect(welcome?.[0]).toBe(2);
  });

  const wrong: object[] = [
    {},
    { broker: {} },
    { caller: true },
    { caller: { features: 1 } },
    { toString: {} },
  ];
  test.each(wrong)("%j are none", async (announced) => {
    const { router } = routerWith(anonymous());
    const end = await answers(router, [1, "realm1", { roles: announced }]);
    expect(end).toEqual([violation(expect.stringContaining("roles") as string)]);
  });

  test("have to be there", async () => {
    const { router, logger } = routerWith(anonymous());
    const end = await answers(router, [1, "realm1", {}]);
    expect(end).toEqual([violation(expect.stringContaining("roles") as string)]);
    expect(logger.lines).toEqual([]);
  });
});

test.each(["realm2", "__proto__", "constructor", "", "not a uri", "a..b"])(
  "a realm that isn't there: %j",
  async (realm) => {
    const { router } = routerWith(anonymous());
    expect(await answers(router, [1, realm, { roles }])).toEqual([
      [3, {}, "wamp.error.no_such_realm"],
    ]);
  },
);

describe("the method", () => {
  const other: Authenticator = {
    method: "other",
    begin: () => ({
      type: "accept",
      principal: { authid: "o", authrole: "o", authmethod: "other", authprovider: "o" },
    }),
  };

  test.each([
    [["other", "anonymous"], "other"],
    [["anonymous", "other"], "anonymous"],
    [["unknown", "other"], "other"],
    [[], "anonymous"],
  ])("is the first one that a client offers, of %j", async (authmethods, authmethod) => {
    const { router } = routerWith(anonymous(), other);
    const [welcome] = await answers(router, [1, "realm1", { roles, authmethods }]);
    expect(welcome).toMatchObject([2, expect.any(Number), { authmethod }]);
  });

  test.each([[["unknown"]], [["__proto__"]], [undefined]])(
    "isn't there: %j",
    async (authmethods) => {
      const { router } = routerWith(other);
      const details = authmethods ? { roles, authmethods } : { roles };
      expect(await answers(router, [1, "realm1", details])).toEqual([NO_METHOD]);
    },
  );

  test("that has nothing to go by leaves it to the next one, of the same name too", async () => {
    let asked = 0;
    const skipping: Authenticator = {
      method: "other",
      begin: () => {
        asked += 1;
        return { type: "skip" };
      },
    };
    const { router } = routerWith(skipping, other);
    const authmethods = ["other", "other"];
    const [welcome] = await answers(router, [1, "realm1", { roles, authmethods }]);
    expect([welcome?.[0], asked]).toEqual([2, 1]);
    const { router: closed } = routerWith(skipping);
    expect(await answers(closed, [1, "realm1", { roles, authmethods }])).toEqual([NO_METHOD]);
    expect(asked).toBe(2);
  });
});

describe("out of turn", () => {
  const hello: Message = [1, "realm1", { roles, authmethods: ["ticket"], authid: "joe" }];
  const challenge = [4, "ticket", {}];

  test.each([
    ["AUTHENTICATE first", [[5, "1", {}]], [violation("AUTHENTICATE before there is a session")]],
    ["CALL first", [[48, 1, {}, "com.p"]], [violation("CALL before there is a session")]],
    ["a second HELLO", [hello, hello], [challenge, violation("HELLO before there is a session")]],
    [
      "CALL instead of an answer",
      [hello, [48, 1, {}, "com.p"]],
      [challenge, violation("CALL before there is a session")],
    ],
    [
      "WELCOME",
      [hello, [2, 1, { roles: { dealer: {} } }]],
      [challenge, violation("WELCOME before there is a session")],
    ],
    [
      "GOODBYE",
      [hello, [6, {}, "wamp.close.normal"]],
      [challenge, violation("GOODBYE before there is a session")],
    ],
    [
      "two answers",
      [hello, [5, "1", {}], [5, "1", {}]],
      [challenge, violation("AUTHENTICATE without a CHALLENGE")],
    ],
    ["ABORT", [hello, [3, {}, "wamp.error.x"]], [challenge]],
  ])("%s", async (_, messages, expected) => {
    const { router, logger } = routerWith(ticket({ principals }));
    expect(await answers(router, ...messages)).toEqual(expected);
    expect(logger.lines).toEqual([]);
  });

  test("a wrong answer can't be given again", async () => {
    const { router } = routerWith(ticket({ principals }));
    const peer = WampPeer.attach(router);
    peer.send(hello);
    peer.send([5, "2", {}]);
    expect(await peer.takeAll(2)).toEqual([challenge, [3, {}, "wamp.error.authentication_failed"]]);
    await peer.gone;
  });
});

describe("a method that takes its time", () => {
  function slow(): { router: RouterCore; step: Deferred<Step>; clock: FakeClock } {
    const step = new Deferred<Step>();
    const clock = new FakeClock();
    const authenticators = [{ method: "anonymous", begin: () => step.promise }];
    const router = new RouterCore({ realms: { realm1: { authenticators } }, clock });
    return { router, step, clock };
  }
  const accept: Step = {
    type: "accept",
    principal: { authid: "a", authrole: "a", authmethod: "a", authprovider: "a" },
  };

  test("lets nobody in who has gone", async () => {
    const { router, step } = slow();
    const peer = WampPeer.attach(router);
    peer.send([1, "realm1", { roles }]);
    await settled();
    peer.close();
    await peer.gone;
    step.resolve(accept);
    await settled();
    expect(peer.received).toEqual([]);
    expect(router.stats().get("realm1")?.sessions).toBe(0);
  });

  test("takes too long", async () => {
    const { router, step, clock } = slow();
    const peer = WampPeer.attach(router);
    peer.send([1, "realm1", { roles }]);
    await settled();
    clock.advance(10_000);
    expect(await peer.take()).toMatchObject([3, {}, "wamp.error.timeout"]);
    step.resolve(accept);
    expect(await peer.isQuiet()).toBe(true);
    expect(router.stats().get("realm1")?.sessions).toBe(0);
  });
});

test("after a GOODBYE a client can join as somebody else, with another attempt", async () => {
  const { router } = routerWith(
    ticket({ principals: { ...principals, ann: { ticket: "2", role: "user" } } }),
  );
  const peer = WampPeer.attach(router);
  for (const [authid, given] of [
    ["joe", "1"],
    ["ann", "2"],
  ] as const) {
    peer.send([1, "realm1", { roles, authmethods: ["ticket"], authid }]);
    peer.send([5, given, {}]);
    expect(await peer.take()).toEqual([4, "ticket", {}]);
    expect(await peer.take()).toMatchObject([2, expect.any(Number), { authid }]);
    peer.send([6, {}, "wamp.close.normal"]);
    expect((await peer.take())[0]).toBe(6);
  }
  expect((await knock(router, [show({ authid: "joe", ticket: "2" })])).end[0]).toBe(3);
});
