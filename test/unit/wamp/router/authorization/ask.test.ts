import { describe, expect, test } from "vitest";
import { FakeClock } from "../../../../../src/testing/fake-clock.ts";
import { Deferred } from "../../../../../src/util/deferred.ts";
import type { Invocation, Message } from "../../../../../src/wamp/protocol/messages.ts";
import { askFunction, askProcedure } from "../../../../../src/wamp/router/authorization/ask.ts";
import type { Answer } from "../../../../../src/wamp/router/authorization/ask.ts";
import type {
  AuthorizationRequest,
  Authorizer,
} from "../../../../../src/wamp/router/authorization/authorizer.ts";
import { RouterCore } from "../../../../../src/wamp/router/router.ts";
import { RecordingLogger } from "../../../../support/recording-logger.ts";
import { localSession } from "../../../../support/wamp-authentication.ts";
import { WampPeer, settled } from "../../../../support/wamp-peer.ts";

function request(more: Partial<AuthorizationRequest> = {}): AuthorizationRequest {
  const principal = { authid: "joe", authrole: "user", authmethod: "ticket", authprovider: "test" };
  return { action: "call", uri: "com.a", match: "exact", session: 1, principal, ...more };
}

function routerWith(
  authorizer: Authorizer,
  clock?: FakeClock,
): { router: RouterCore; logger: RecordingLogger } {
  const logger = new RecordingLogger();
  const realms = { realm1: { authenticators: [], authorizer } };
  return { router: new RouterCore({ realms, logger, clock }), logger };
}

describe("a function", () => {
  test("answers at once", () => {
    const asked: unknown[] = [];
    const authorizer = askFunction(({ action, uri }) => {
      asked.push([action, uri]);
      return action === "call";
    });
    expect(authorizer.authorize(request())).toMatchObject({ allow: true });
    expect(authorizer.authorize(request({ action: "publish" }))).toMatchObject({ allow: false });
    expect(asked).toEqual([
      ["call", "com.a"],
      ["publish", "com.a"],
    ]);
  });

  test("answers later, with more", async () => {
    const authorizer = askFunction(async () => ({ allow: true, disclose: true, trustlevel: 2 }));
    expect(await authorizer.authorize(request())).toMatchObject({
      allow: true,
      disclose: true,
      trustlevel: 2,
    });
  });

  test.each([undefined, null, 1, "yes", {}, { allow: 1 }, { allow: "true" }, []])(
    "answers %j, which allows nothing",
    async (answer) => {
      expect(() => askFunction(() => answer as never).authorize(request())).toThrow(TypeError);
      const later = askFunction(async () => answer as never).authorize(request());
      await expect(later).rejects.toThrow(TypeError);
    },
  );

  test("takes too long", async () => {
    const clock = new FakeClock();
    const never = new Deferred<boolean>();
    const authorizer = askFunction(() => never.promise, { clock, timeout: 500 });
    const { router, logger } = routerWith(authorizer);
    const peer = await WampPeer.join(router);
    peer.send([32, 1, {}, "com.topic"]);
    expect(await peer.isQuiet()).toBe(true);
    clock.advance(500);
    expect(await peer.take()).toEqual([8, 32, 1, {}, "wamp.error.authorization_failed"]);
    expect(logger.lines).toEqual(["error: a WAMP authorizer failed:"]);
    never.resolve(true);
    expect(await peer.isQuiet()).toBe(true);
    expect(clock.timers).toBe(0);
  });

  test("leaves no timer behind", async () => {
    const clock = new FakeClock();
    await askFunction(async () => true, { clock }).authorize(request());
    const broken = askFunction(() => Promise.reject(new Error("broken")), { clock });
    await expect(broken.authorize(request())).rejects.toThrow("broken");
    expect(clock.timers).toBe(0);
  });
});

describe("a decision is remembered", () => {
  function counting(
    answer: Partial<Answer>,
    maxCached?: number,
  ): { authorizer: Authorizer; asked: () => number } {
    let count = 0;
    const authorizer = askFunction(
      async () => {
        count += 1;
        return { allow: true, ...answer };
      },
      { maxCached },
    );
    return { authorizer, asked: () => count };
  }

  test("for as long as the session lasts, if the answer says so", async () => {
    const { authorizer, asked } = counting({ cache: true });
    await authorizer.authorize(request());
    expect(authorizer.authorize(request())).toMatchObject({ allow: true });
    expect(asked()).toBe(1);
    const others: Partial<AuthorizationRequest>[] = [
      { session: 2 },
      { action: "publish" },
      { uri: "com.b" },
      { match: "prefix" },
    ];
    for (const other of others) await authorizer.authorize(request(other));
    expect(asked()).toBe(5);
    authorizer.leave?.(1);
    await authorizer.authorize(request());
    expect(asked()).toBe(6);
    expect(authorizer.authorize(request({ session: 2 }))).toMatchObject({ allow: true });
  });

  test("not otherwise", async () => {
    const { authorizer, asked } = counting({});
    await authorizer.authorize(request());
    await authorizer.authorize(request());
    expect(asked()).toBe(2);
  });

  test("so many of them, and no more", async () => {
    const { authorizer, asked } = counting({ cache: true }, 2);
    for (const uri of ["com.a", "com.b", "com.c"]) await authorizer.authorize(request({ uri }));
    expect(authorizer.authorize(request({ uri: "com.c" }))).not.toBeInstanceOf(Promise);
    await authorizer.authorize(request({ uri: "com.a" }));
    expect(asked()).toBe(4);
    const none = counting({ cache: true }, 0);
    await none.authorizer.authorize(request());
    await none.authorizer.authorize(request());
    expect(none.asked()).toBe(2);
  });

  test("not for a session that went while it was asked about", async () => {
    const answer = new Deferred<Answer>();
    let asked = 0;
    const authorizer = askFunction(() => {
      asked += 1;
      return answer.promise;
    });
    const pending = authorizer.authorize(request());
    authorizer.leave?.(1);
    answer.resolve({ allow: true, cache: true });
    expect(await pending).toMatchObject({ allow: true });
    await authorizer.authorize(request());
    expect(asked).toBe(2);
  });

  test("a refusal, too", async () => {
    const { authorizer, asked } = counting({ allow: false, cache: true });
    await authorizer.authorize(request());
    expect(authorizer.authorize(request())).toMatchObject({ allow: false });
    expect(asked()).toBe(1);
  });

  test("the router tells when a session has gone", async () => {
    const gone: number[] = [];
    const { router } = routerWith({
      authorize: () => ({ allow: true }),
      leave: (id) => gone.push(id),
    });
    const peer = await WampPeer.join(router);
    peer.close();
    await peer.gone;
    await settled();
    expect(gone).toEqual([peer.id]);
  });
});

describe("a procedure", () => {
  test("is called with all that there is to know, and may call and publish itself", async () => {
    const authorizer = askProcedure(() => backend, "com.authorize");
    const { router, logger } = routerWith(authorizer);
    const backend = await localSession(router, "realm1");
    const asked: unknown[] = [];
    await backend.register("com.log", () => "logged");
    await backend.register("com.authorize", async ({ args }) => {
      asked.push(args);
      // The realm is the same: nothing that is being decided may stand in the way.
      await backend.call("com.log", args);
      await backend.publish("com.asked", args);
      return args[1] === "com.topic" ? { allow: true, cache: true } : false;
    });
    const listener = await WampPeer.join(router, { authrole: "trusted" });
    listener.send([32, 1, {}, "com.asked"]);
    await listener.take();
    const peer = await WampPeer.join(router);
    peer.send([32, 1, { match: "prefix" }, "com.topic"]);
    expect((await peer.take())[0]).toBe(33);
    peer.send([48, 2, {}, "com.log"]);
    expect(await peer.take()).toEqual([8, 48, 2, {}, "wamp.error.not_authorized"]);
    const who = {
      session: peer.id,
      authid: "joe",
      authrole: "user",
      authmethod: "test",
      authprovider: "test",
    };
    expect(asked).toEqual([
      [who, "com.topic", "subscribe", { match: "prefix" }],
      [who, "com.log", "call", { match: "exact" }],
    ]);
    expect((await listener.takeAll(2)).map((event) => event[4])).toEqual(asked);
    expect(logger.lines).toEqual([]);
  });

  test("that the asked session itself serves doesn't stand still", async () => {
    const authorizer = askProcedure(() => backend, "com.authorize", { trusted: "trusted" });
    const { router } = routerWith(authorizer);
    const backend = await localSession(router, "realm1");
    const callee = await WampPeer.join(router, { authrole: "trusted" });
    callee.send([64, 1, {}, "com.authorize"]);
    await callee.take();
    const peers = [await WampPeer.join(router), await WampPeer.join(router)];
    for (const peer of peers) peer.send([48, 1, {}, "com.p"]);
    const invocations = await callee.takeAll(2);
    // While both wait, the callee does something that others would be asked about.
    callee.send([64, 2, {}, "com.p"]);
    expect((await callee.take())[0]).toBe(65);
    const answer = (message: Message, result: unknown): void => {
      const [, invocation] = message as Invocation;
      callee.send([70, invocation, {}, [result]]);
    };
    for (const invocation of invocations) answer(invocation, true);
    for (const _ of peers) answer(await callee.take(), "done");
    for (const peer of peers) expect(await peer.take()).toEqual([50, 1, {}, ["done"]]);
  });

  test("that isn't there", async () => {
    const authorizer = askProcedure(() => backend, "com.authorize");
    const { router, logger } = routerWith(authorizer);
    const backend = await localSession(router, "realm1");
    const peer = await WampPeer.join(router);
    peer.send([48, 1, {}, "com.p"]);
    expect(await peer.take()).toEqual([8, 48, 1, {}, "wamp.error.authorization_failed"]);
    expect(logger.lines).toEqual(["error: a WAMP authorizer failed:"]);
  });
});

test("an option that there is not", () => {
  expect(() => askFunction(() => true, { timout: 1 } as never)).toThrow('did you mean "timeout"?');
});
