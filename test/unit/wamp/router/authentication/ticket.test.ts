import { expect, test } from "vitest";
import { ticket as show } from "../../../../../src/wamp/client/authentication/ticket.ts";
import { ticket } from "../../../../../src/wamp/router/authentication/ticket.ts";
import { cryptoUse, knock, routerWith, welcomed } from "../../../../support/wamp-authentication.ts";

const principals = { joe: { ticket: "secret!!!", role: "user", roles: ["admin"] } };
const FAILED = [3, {}, "wamp.error.authentication_failed"];

test("the right ticket lets in", async () => {
  const { router } = routerWith(ticket({ principals }));
  const { end, challenges } = await knock(router, [show({ authid: "joe", ticket: "secret!!!" })]);
  expect(challenges).toEqual([[4, "ticket", {}]]);
  expect(end).toMatchObject([
    2,
    expect.any(Number),
    { authid: "joe", authrole: "user", authmethod: "ticket", authprovider: "static" },
  ]);
});

test.each([
  ["another ticket", "joe", "secret"],
  ["no ticket", "joe", ""],
  ["nobody's name", "moe", "secret!!!"],
  ["a name that objects have", "constructor", "secret!!!"],
  ["the name of a prototype", "__proto__", "secret!!!"],
])("%s doesn't, and looks the same", async (_, authid, given) => {
  const { router, logger } = routerWith(ticket({ principals }));
  const { end, challenges } = await knock(router, [show({ authid, ticket: given })]);
  expect(challenges).toEqual([[4, "ticket", {}]]);
  expect(end).toEqual(FAILED);
  expect(logger.lines).toEqual([]);
});

test("a client without a name is nobody", async () => {
  const { router } = routerWith(ticket({ principals }));
  const authentication = { ...show({ authid: "joe", ticket: "secret!!!" }), authid: undefined };
  expect((await knock(router, [authentication])).end).toEqual(FAILED);
});

test("whoever isn't known costs as much", async () => {
  const { router } = routerWith(ticket({ principals }));
  const attempt = (authid: string): (() => Promise<unknown>) => {
    return () => knock(router, [show({ authid, ticket: "wrong" })]);
  };
  const known = await cryptoUse(attempt("joe"));
  expect(known["digest"]).toBe(2);
  expect(await cryptoUse(attempt("moe"))).toEqual(known);
});

test("a role may be asked for by those who have it", async () => {
  const { router } = routerWith(ticket({ principals }));
  const joe = [show({ authid: "joe", ticket: "secret!!!" })];
  expect(await welcomed(router, joe, { authrole: "admin" })).toMatchObject({ authrole: "admin" });
  expect(await welcomed(router, joe, { authrole: "user" })).toMatchObject({ authrole: "user" });
  const { end } = await knock(router, joe, { authrole: "root" });
  expect(end).toEqual([3, {}, "wamp.error.no_such_role"]);
});

test("without the ticket nobody learns which roles there are", async () => {
  const { router } = routerWith(ticket({ principals }));
  const { end } = await knock(router, [show({ authid: "joe", ticket: "x" })], { authrole: "root" });
  expect(end).toEqual(FAILED);
});

test("principals can come and go, and be found by a function", async () => {
  const known = new Map<string, { ticket: string; role: string }>();
  const { router } = routerWith(ticket({ principals: known }));
  const joe = [show({ authid: "joe", ticket: "1" })];
  expect((await knock(router, joe)).end).toEqual(FAILED);
  known.set("joe", { ticket: "1", role: "user" });
  expect(await welcomed(router, joe)).toMatchObject({ authid: "joe" });

  const found = routerWith(
    ticket({
      principals: async ({ realm, authid }) =>
        authid === "joe" ? { ticket: "1", role: realm, authextra: { n: 1 } } : null,
    }),
  );
  expect(await welcomed(found.router, joe)).toEqual({
    authid: "joe",
    authrole: "realm1",
    authmethod: "ticket",
    authprovider: "dynamic",
    authextra: { n: 1 },
  });
  expect((await knock(found.router, [show({ authid: "moe", ticket: "1" })])).end).toEqual(FAILED);
});

test("a function can look at the ticket itself", async () => {
  const { router } = routerWith(
    ticket({
      verify: ({ ticket: given }) =>
        given === "joe's" ? { authid: "joe", role: "user", provider: "tokens" } : undefined,
    }),
  );
  const nameless = { ...show({ authid: "joe", ticket: "joe's" }), authid: undefined };
  expect(await welcomed(router, [nameless])).toMatchObject({
    authid: "joe",
    authprovider: "tokens",
  });
  expect(await welcomed(router, [show({ authid: "joe", ticket: "joe's" })])).toMatchObject({
    authid: "joe",
  });
  // Who it is isn't who it said that it was.
  expect((await knock(router, [show({ authid: "moe", ticket: "joe's" })])).end).toEqual(FAILED);
  expect((await knock(router, [show({ authid: "joe", ticket: "moe's" })])).end).toEqual(FAILED);
});

test("what a function throws, or makes no sense, is logged and looks the same", async () => {
  const makers = [
    () => Promise.reject(new Error("no database")),
    () => ({ role: "user" }) as never,
    () => ({ ticket: "1" }) as never,
    () => ({ ticket: "1", role: "user", roles: "admin,user" }) as never,
    () => ({ ticket: "1", role: "user", authid: 1 }) as never,
    () => true as never,
  ];
  for (const principals of makers) {
    const { router, logger } = routerWith(ticket({ principals }));
    expect((await knock(router, [show({ authid: "joe", ticket: "1" })])).end).toEqual(FAILED);
    expect(logger.lines).toEqual(["error: a WAMP authenticator failed:"]);
  }
});

test("a function that is asked for a ticket gives a new one each time", async () => {
  let asked = 0;
  const { router } = routerWith(
    ticket({ verify: ({ ticket: given }) => ({ authid: given, role: "user" }) }),
  );
  const authentication = {
    ...show({ authid: "", ticket: async () => `t${++asked}` }),
    authid: undefined,
  };
  expect(await welcomed(router, [authentication])).toMatchObject({ authid: "t1" });
  expect(await welcomed(router, [authentication])).toMatchObject({ authid: "t2" });
});

test("what makes no sense is noticed when it is made", () => {
  expect(() => ticket({ principals: { joe: { ticket: "", role: "user" } } })).toThrow("ticket");
  expect(() => ticket({ principals: { joe: { ticket: "1" } as never } })).toThrow("role");
  expect(() => ticket({ principal: {} } as never)).toThrow('did you mean "principals"?');
});
