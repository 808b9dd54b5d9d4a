import { expect, test } from "vitest";
import { ticket as showTicket } from "../../../../../src/wamp/client/authentication/ticket.ts";
import { wampcra as showSecret } from "../../../../../src/wamp/client/authentication/wampcra.ts";
import { anonymous } from "../../../../../src/wamp/router/authentication/anonymous.ts";
import { inSteps } from "../../../../../src/wamp/router/authentication/in-steps.ts";
import { ticket } from "../../../../../src/wamp/router/authentication/ticket.ts";
import { wampcra } from "../../../../../src/wamp/router/authentication/wampcra.ts";
import { knock, routerWith, welcomed } from "../../../../support/wamp-authentication.ts";

const FAILED = [3, {}, "wamp.error.authentication_failed"];
const first = wampcra({
  principals: { joe: { secret: "secret2", role: "user", authextra: { a: 1, b: 1 } } },
});
const asked: unknown[] = [];
const code = ticket({
  verify: ({ ticket: given, authid }) => {
    asked.push(authid);
    return given === "123456" ? { role: "any", authextra: { b: 2 } } : undefined;
  },
});

function client(secret: string, given: string): Parameters<typeof knock>[1] {
  return [showSecret({ authid: "joe", secret }), showTicket({ authid: "joe", ticket: given })];
}

test("both steps have to be right; the first one says who it is", async () => {
  const { router } = routerWith(inSteps(first, code));
  const { challenges } = await knock(router, client("secret2", "123456"));
  expect(challenges.map(([, method]) => method)).toEqual(["wampcra", "ticket"]);
  expect(await welcomed(router, client("secret2", "123456"))).toEqual({
    authid: "joe",
    authrole: "user",
    authmethod: "wampcra",
    authprovider: "static",
    authextra: { a: 1, b: 2 },
  });
  expect(asked.at(-1)).toBe("joe");
});

test("either may fail", async () => {
  const { router } = routerWith(inSteps(first, code));
  const second = await knock(router, client("secret2", "654321"));
  expect([second.challenges.length, second.end]).toEqual([2, FAILED]);
  const neither = await knock(router, client("wrong", "123456"));
  expect([neither.challenges.length, neither.end]).toEqual([1, FAILED]);
});

test("a client that doesn't offer both is left to other methods", async () => {
  const only = [showSecret({ authid: "joe", secret: "secret2" })];
  const { router } = routerWith(inSteps(first, code));
  expect((await knock(router, only)).end).toEqual([3, {}, "wamp.error.no_matching_auth_method"]);
  const open = routerWith(
    inSteps(first, code),
    wampcra({ principals: { joe: { secret: "secret2", role: "less" } } }),
  );
  expect(await welcomed(open.router, only)).toMatchObject({ authrole: "less" });
  expect(await welcomed(open.router, client("secret2", "123456"))).toMatchObject({
    authrole: "user",
  });
});

test("two steps of one method, and three steps", async () => {
  const expecting = (right: string): typeof first =>
    ticket({ verify: ({ ticket: given }) => (given === right ? { role: "user" } : undefined) });
  const answers = ["1", "2", "3"];
  const showing = [showTicket({ authid: "joe", ticket: () => answers.shift() as string })];
  const { router } = routerWith(inSteps(expecting("1"), expecting("2"), expecting("3")));
  const { end, challenges } = await knock(router, showing);
  expect(challenges).toEqual([
    [4, "ticket", {}],
    [4, "ticket", {}],
    [4, "ticket", {}],
  ]);
  expect(end[0]).toBe(2);
});

test("a step that comes to somebody else", async () => {
  const other = ticket({ verify: () => ({ authid: "moe", role: "user" }) });
  const { router } = routerWith(inSteps(first, other));
  expect((await knock(router, client("secret2", "123456"))).end).toEqual(FAILED);
  const nobody = { ...anonymous(), method: "ticket" };
  const { router: lax } = routerWith(inSteps(first, nobody));
  expect((await knock(lax, client("secret2", "123456"))).end).toEqual(FAILED);
});

test("a step that has nothing to go by is no way past it", async () => {
  const skipping = { method: "ticket", begin: () => ({ type: "skip" }) as const };
  const { router } = routerWith(
    inSteps(first, skipping),
    ticket({ verify: () => ({ role: "x" }) }),
  );
  expect((await knock(router, client("secret2", "123456"))).end).toEqual(FAILED);
});
