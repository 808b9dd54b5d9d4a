import { expect, test } from "vitest";
import { ticket as showTicket } from "../../../../../src/wamp/client/authentication/ticket.ts";
import { wampcra as show } from "../../../../../src/wamp/client/authentication/wampcra.ts";
import { WampError } from "../../../../../src/wamp/protocol/errors.ts";
import { byProcedure } from "../../../../../src/wamp/router/authentication/by-procedure.ts";
import type { Caller } from "../../../../../src/wamp/router/authentication/by-procedure.ts";
import { ticket } from "../../../../../src/wamp/router/authentication/ticket.ts";
import { wampcra } from "../../../../../src/wamp/router/authentication/wampcra.ts";
import type { WampcraPrincipal } from "../../../../../src/wamp/router/authentication/wampcra.ts";
import { allowAll } from "../../../../../src/wamp/router/authorization/allow-all.ts";
import { RouterCore } from "../../../../../src/wamp/router/router.ts";
import { RecordingLogger } from "../../../../support/recording-logger.ts";
import {
  knock,
  localSession,
  routerWith,
  welcomed,
} from "../../../../support/wamp-authentication.ts";

const FAILED = [3, {}, "wamp.error.authentication_failed"];

function answering(answer: (...parameters: unknown[]) => unknown): {
  caller: Caller;
  calls: unknown[];
} {
  const calls: unknown[] = [];
  const call = async (procedure: string, args: readonly unknown[] = []): Promise<unknown> => {
    calls.push([procedure, ...args]);
    return answer(...args);
  };
  return { caller: { call }, calls };
}

test("a procedure says who there is", async () => {
  const { caller, calls } = answering((_, authid) =>
    authid === "joe" ? { secret: "secret2", role: "user" } : null,
  );
  const { router } = routerWith(wampcra({ principals: byProcedure(() => caller, "com.find") }));
  expect(await welcomed(router, [show({ authid: "joe", secret: "secret2" })])).toMatchObject({
    authid: "joe",
    authprovider: "dynamic",
  });
  expect((await knock(router, [show({ authid: "moe", secret: "secret2" })])).end).toEqual(FAILED);
  expect(calls[0]).toEqual([
    "com.find",
    "realm1",
    "joe",
    { session: expect.any(Number), authextra: {}, authmethods: ["wampcra"] },
  ]);
});

test("a procedure looks at tickets", async () => {
  const { caller, calls } = answering(() => ({ authid: "joe", role: "user" }));
  const { router } = routerWith(ticket({ verify: byProcedure(async () => caller, "com.verify") }));
  const nameless = { ...showTicket({ authid: "", ticket: "t1" }), authid: undefined };
  expect(await welcomed(router, [nameless])).toMatchObject({ authid: "joe" });
  expect(calls).toMatchObject([["com.verify", "realm1", null, { ticket: "t1" }]]);
});

test("an error of the application's own means nobody", async () => {
  const { caller } = answering(() => {
    throw new WampError("com.example.no_such_user");
  });
  const { router, logger } = routerWith(
    wampcra({ principals: byProcedure(() => caller, "com.find") }),
  );
  const { end, challenges } = await knock(router, [show({ authid: "joe", secret: "secret2" })]);
  expect([challenges.length, end]).toEqual([1, FAILED]);
  expect(logger.lines).toEqual([]);
});

test.each([
  ["there is no procedure", new WampError("wamp.error.no_such_procedure")],
  ["it is broken", new Error("broken")],
])("%s", async (_, error) => {
  const { caller } = answering(() => Promise.reject(error));
  const { router, logger } = routerWith(
    wampcra({ principals: byProcedure(() => caller, "com.find") }),
  );
  expect((await knock(router, [show({ authid: "joe", secret: "secret2" })])).end).toEqual(FAILED);
  expect(logger.lines).toEqual(["error: a WAMP authenticator failed:"]);
});

test("the procedure is registered in a realm of the same router", async () => {
  const logger = new RecordingLogger();
  const principals = byProcedure<WampcraPrincipal>(() => backend, "com.find");
  const router = new RouterCore({
    logger,
    realms: {
      backend: { authenticators: [], authorizer: allowAll() },
      realm1: { authenticators: [wampcra({ principals })], authorizer: allowAll() },
    },
  });
  const backend = await localSession(router, "backend");
  await backend.register("com.find", ({ args }) =>
    args[1] === "joe" ? { secret: "secret2", role: "user" } : null,
  );
  expect(await welcomed(router, [show({ authid: "joe", secret: "secret2" })])).toMatchObject({
    authrole: "user",
  });
  expect((await knock(router, [show({ authid: "moe", secret: "secret2" })])).end).toEqual(FAILED);
  expect(logger.lines).toEqual([]);
});
