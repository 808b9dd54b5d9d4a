import { expect, test } from "vitest";
import { ClosedError } from "../../../../src/errors.ts";
import { WampResult } from "../../../../src/wamp/client/result.ts";
import type { Invocation, RegisterOptions } from "../../../../src/wamp/client/types.ts";
import { WampError } from "../../../../src/wamp/protocol/errors.ts";
import { settled } from "../../../support/wamp-peer.ts";
import type { WampPeer } from "../../../support/wamp-peer.ts";
import { ClientUnderTest } from "./support/client-under-test.ts";

interface Serving extends ClientUnderTest {
  readonly router: WampPeer;
}

/** A client that serves `com.proc`, whose registration is 7. */
async function serve(
  handler: (invocation: Invocation) => unknown,
  options?: RegisterOptions,
): Promise<Serving> {
  const made = await ClientUnderTest.join();
  const registering = made.client.register("com.proc", handler as () => unknown, {
    ...options,
    match: "exact",
  });
  expect(await made.router.take()).toMatchObject([64, 1, {}, "com.proc"]);
  made.router.send([65, 1, 7]);
  await registering;
  return made;
}

test("a handler gets the call, and what it returns is the result", async () => {
  const { router } = await serve(({ args: [a, b], kwargs, details, procedure }) => ({
    sum: Number(a) + Number(b),
    kwargs,
    details,
    procedure,
  }));
  router.send([68, 1, 7, { caller: 5 }, [2, 3], { unit: "m" }]);
  const details = { caller: 5 };
  const result = { sum: 5, kwargs: { unit: "m" }, details, procedure: "com.proc" };
  expect(await router.take()).toEqual([70, 1, {}, [result]]);
});

test("a pattern's handler is told what was called", async () => {
  const { router } = await serve(({ procedure }) => procedure);
  router.send([68, 1, 7, { procedure: "com.proc.one" }]);
  expect(await router.take()).toEqual([70, 1, {}, ["com.proc.one"]]);
});

test("nothing, several values, and names can be returned", async () => {
  const results = [undefined, new WampResult([1, 2]), new WampResult([], { a: 1 }), null];
  const { router } = await serve(() => Promise.resolve(results.shift()));
  for (const id of [1, 2, 3, 4]) {
    router.send([68, id, 7, {}]);
    await settled();
  }
  expect(await router.takeAll(4)).toEqual([
    [70, 1, {}],
    [70, 2, {}, [1, 2]],
    [70, 3, {}, [], { a: 1 }],
    [70, 4, {}, [null]],
  ]);
});

test("a WampError is the answer, with all that it holds", async () => {
  const { router, errors } = await serve(() => {
    throw new WampError("com.error.full", ["full"], { limit: 7 });
  });
  router.send([68, 1, 7, {}]);
  expect(await router.take()).toEqual([8, 68, 1, {}, "com.error.full", ["full"], { limit: 7 }]);
  expect(errors).toEqual([]);
});

test("of any other error the caller learns nothing, and onError all", async () => {
  const secret = new Error("password is 1234");
  const { router, errors } = await serve(() => Promise.reject(secret));
  router.send([68, 1, 7, {}]);
  expect(await router.take()).toEqual([8, 68, 1, {}, "wamp.error.runtime_error"]);
  expect(errors).toEqual([[secret, { in: "invocation", uri: "com.proc" }]]);
});

test("an onError that throws ends nothing", async () => {
  const made = await ClientUnderTest.join({
    onError: () => {
      throw new Error("in the hook");
    },
  });
  void made.client.register("com.proc", () => Promise.reject(new Error("in the handler")));
  made.router.send([65, 1, 7]);
  made.router.send([68, 1, 7, {}]);
  expect((await made.router.takeAll(2))[1]).toEqual([8, 68, 1, {}, "wamp.error.runtime_error"]);
  expect(made.client.status.state).toBe("connected");
});

test("progress is sent to those who ask for it only", async () => {
  const { router } = await serve(async ({ progress }) => {
    await progress(50);
    await progress(new WampResult([99, 100], { unit: "%" }));
    return "done";
  });
  router.send([68, 1, 7, { receive_progress: true }]);
  expect(await router.takeAll(3)).toEqual([
    [70, 1, { progress: true }, [50]],
    [70, 1, { progress: true }, [99, 100], { unit: "%" }],
    [70, 1, {}, ["done"]],
  ]);
  router.send([68, 2, 7, {}]);
  expect(await router.take()).toEqual([70, 2, {}, ["done"]]);
});

test("progress after the result is nothing", async () => {
  let late: Invocation | undefined;
  const { router } = await serve((invocation) => void (late = invocation));
  router.send([68, 1, 7, { receive_progress: true }]);
  expect(await router.take()).toEqual([70, 1, {}]);
  expect(late?.progress(1)).toBe(undefined);
  expect(await router.isQuiet()).toBe(true);
});

test("an async generator yields progress and returns the result", async () => {
  const { router } = await serve(async function* () {
    yield 1;
    yield 2;
    return 3;
  });
  router.send([68, 1, 7, { receive_progress: true }]);
  expect(await router.takeAll(3)).toEqual([
    [70, 1, { progress: true }, [1]],
    [70, 1, { progress: true }, [2]],
    [70, 1, {}, [3]],
  ]);
});

test("an async generator is ended when the call is canceled", async () => {
  let ended = false;
  const { router } = await serve(async function* ({ signal }) {
    try {
      for (let count = 0; ; count++) {
        yield count;
        await settled();
        if (count > 100) throw new Error(`not ended, ${signal.aborted}`);
      }
    } finally {
      ended = true;
    }
  });
  router.send([68, 1, 7, { receive_progress: true }]);
  expect(await router.take()).toEqual([70, 1, { progress: true }, [0]]);
  router.send([69, 1, { mode: "kill" }]);
  let message = await router.take();
  while (message[0] === 70) message = await router.take();
  expect(message).toEqual([8, 68, 1, {}, "wamp.error.canceled"]);
  expect(ended).toBe(true);
});

test("an INTERRUPT aborts the signal, whose reason is the answer", async () => {
  let reason: unknown;
  const { router, errors } = await serve(
    ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          reason = signal.reason;
          reject(new Error("whatever the application does then"));
        });
      }),
  );
  router.send([68, 1, 7, {}]);
  router.send([69, 1, { mode: "kill" }]);
  expect(await router.take()).toEqual([8, 68, 1, {}, "wamp.error.canceled"]);
  expect(reason).toMatchObject({ uri: "wamp.error.canceled" });
  expect(errors).toEqual([]);
});

test("a signal that is looked at late is aborted already", async () => {
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const { router } = await serve(async (invocation) => {
    await gate;
    return invocation.signal.aborted;
  });
  router.send([68, 1, 7, {}]);
  router.send([69, 1, { mode: "killnowait" }]);
  await settled();
  release();
  expect(await router.take()).toEqual([70, 1, {}, [true]]);
});

test("an INTERRUPT for what has been answered is nothing", async () => {
  const { router, client } = await serve(() => 1);
  router.send([68, 1, 7, {}]);
  router.send([69, 1, {}]);
  expect(await router.take()).toEqual([70, 1, {}, [1]]);
  expect(await router.isQuiet()).toBe(true);
  expect(client.status.state).toBe("connected");
});

test("the signal is aborted when the session ends, and no answer is sent any more", async () => {
  const made = await serve(
    ({ signal }) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => resolve(signal.reason));
      }),
  );
  let reason: unknown;
  void made.client.register("com.other", ({ signal }) => {
    signal.addEventListener("abort", () => (reason = signal.reason));
    return new Promise(() => {});
  });
  await made.router.take();
  made.router.send([65, 2, 8]);
  made.router.send([68, 1, 7, {}]);
  made.router.send([68, 2, 8, {}]);
  await settled();
  const router = await made.reconnect();
  expect(reason).toBeInstanceOf(ClosedError);
  expect((await router.takeAll(2)).map(([type]) => type)).toEqual([64, 64]);
  expect(await router.isQuiet()).toBe(true);
  expect(made.errors).toEqual([]);
});

test("calls are begun in order", async () => {
  const seen: unknown[] = [];
  const { router } = await serve(async ({ args: [value] }) => {
    seen.push(value);
    await settled();
  });
  for (const id of [1, 2, 3]) router.send([68, id, 7, {}, [id]]);
  await router.takeAll(3);
  expect(seen).toEqual([1, 2, 3]);
});

test("a call of what isn't registered is unavailable", async () => {
  const { router } = await serve(() => 1);
  router.send([68, 1, 99, {}]);
  expect(await router.take()).toEqual([8, 68, 1, {}, "wamp.error.unavailable"]);
});

test("a second INVOCATION with one id is a violation", async () => {
  const { router } = await serve(() => new Promise(() => {}));
  router.send([68, 1, 7, {}]);
  router.send([68, 1, 7, {}]);
  expect(await router.take()).toEqual([
    3,
    { message: "a message of type 68 is not for now" },
    "wamp.error.protocol_violation",
  ]);
});

test("chunks of a call are iterated over", async () => {
  const { router } = await serve(
    async ({ chunks }) => {
      let sum = 0;
      for await (const { args } of chunks) sum += Number(args[0] ?? 0);
      return sum;
    },
    { chunks: true },
  );
  router.send([68, 1, 7, { progress: true }, [1]]);
  router.send([68, 1, 7, { progress: true }, [2]]);
  router.send([68, 1, 7, {}, [3]]);
  expect(await router.take()).toEqual([70, 1, {}, [6]]);
  router.send([68, 2, 7, {}, [5]]);
  expect(await router.take()).toEqual([70, 2, {}, [5]]);
});

test("a call in chunks is refused by who doesn't expect it, and its other chunks are nothing", async () => {
  const { router } = await serve(({ args }) => args[0]);
  router.send([68, 1, 7, { progress: true }, [1]]);
  router.send([68, 1, 7, { progress: true }, [2]]);
  router.send([68, 1, 7, {}, [3]]);
  const reason = ["takes no calls in chunks"];
  expect(await router.take()).toEqual([8, 68, 1, {}, "wamp.error.feature_not_supported", reason]);
  expect(await router.isQuiet()).toBe(true);
});

test("chunks that come after the answer are nothing", async () => {
  const { router, client } = await serve(() => "enough", { chunks: true });
  router.send([68, 1, 7, { progress: true }, [1]]);
  router.send([68, 1, 7, { progress: true }, [2]]);
  router.send([68, 1, 7, {}, [3]]);
  router.send([68, 2, 7, {}, [4]]);
  expect(await router.takeAll(2)).toEqual([
    [70, 1, {}, ["enough"]],
    [70, 2, {}, ["enough"]],
  ]);
  expect(await router.isQuiet()).toBe(true);
  expect(client.status.state).toBe("connected");
});

test("more chunks than fit end the call", async () => {
  const { router, errors } = await serve(
    ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
    { chunks: true, maxQueue: 2 },
  );
  for (const value of [1, 2, 3]) router.send([68, 1, 7, { progress: true }, [value]]);
  expect(await router.take()).toEqual([
    8,
    68,
    1,
    {},
    "wamp.error.payload_size_exceeded",
    ["too many chunks wait to be read"],
  ]);
  expect(errors).toMatchObject([[{ code: "ERR_LIMIT" }, { in: "invocation" }]]);
  expect(await router.isQuiet()).toBe(true);
});

test("chunks end with the reason when the call is canceled", async () => {
  const { router } = await serve(
    async ({ chunks }) => {
      for await (const _ of chunks);
    },
    { chunks: true },
  );
  router.send([68, 1, 7, { progress: true }, [1]]);
  router.send([69, 1, { mode: "kill" }]);
  expect(await router.take()).toEqual([8, 68, 1, {}, "wamp.error.canceled"]);
});
