/** Logging in, by password and by token. */

import { describe, expect, test, vi } from "vitest";
import { DdpError, memoryDatabase } from "../../../../../src/ddp/server/index.ts";
import type { User } from "../../../../../src/ddp/server/index.ts";
import { CollectionUsers } from "../../../../../src/ddp/server/accounts/collection-users.ts";
import { hashToken } from "../../../../../src/ddp/server/accounts/tokens.ts";
import { MemoryCollection } from "../../../../../src/ddp/server/collections/memory-collection.ts";
import { DdpPeer } from "../../../../support/ddp-peer.ts";
import { call, eraser, fixture, logIn, pencil } from "./fixture.ts";

const DAYS_90 = 7_776_000_000;

test("by password: a token comes back, of which only the hash is kept", async () => {
  await using at = fixture();
  const id = await at.accounts.createUser({ username: "ada", password: "pencil" });
  const peer = await DdpPeer.connect(at.ddp);
  const before = Date.now();
  const login = await logIn(peer, { user: { username: "ada" }, password: pencil });
  expect(login).toEqual({
    id,
    token: expect.stringMatching(/^[\w-]{43}$/),
    tokenExpires: { $date: expect.any(Number) },
    type: "password",
  });
  expect(login.tokenExpires.$date - before - DAYS_90).toBeLessThan(60_000);
  expect(login.tokenExpires.$date - before - DAYS_90).toBeGreaterThanOrEqual(0);
  expect(await call(peer, "who")).toEqual({ result: id });
  const [user] = await at.users.find({}).fetch();
  const hashedToken = Buffer.from(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(login.token)),
  ).toString("base64");
  expect(user).toEqual({
    _id: id,
    createdAt: expect.any(Date),
    username: "ada",
    services: {
      password: { bcrypt: expect.stringMatching(/^\$2[aby]\$04\$/) },
      resume: { loginTokens: [{ when: expect.any(Date), hashedToken }] },
    },
  });
});

test.each([
  ["its id", (id: string) => ({ id }), pencil],
  ["its address", () => ({ email: "ada@example.com" }), pencil],
  ["its name in another case", () => ({ username: "ADA" }), pencil],
  ["a password that isn't hashed", () => ({ username: "Ada" }), "pencil"],
])("by %s", async (_, user, password) => {
  await using at = fixture();
  const wanted = { username: "Ada", email: "Ada@Example.com", password: "pencil" };
  const id = await at.accounts.createUser(wanted);
  await at.accounts.createUser({ username: "a.a", password: "eraser" });
  const peer = await DdpPeer.connect(at.ddp);
  expect(await logIn(peer, { user: user(id), password })).toMatchObject({ id });
});

test("users of Meteor can log in", async () => {
  await using at = fixture();
  await at.users.insert({
    _id: "LvcDDBK2RE9yw9yGJ",
    emails: [{ address: "joe@example.com", verified: true }],
    // (Of "pencil".)
    services: {
      password: { bcrypt: "$2b$10$a0xs.60lD12LbQZMbH1aW.eb48PmYirrTuaF5SpzcbkDjlxv8PzIC" },
    },
  });
  const peer = await DdpPeer.connect(at.ddp);
  const login = await logIn(peer, { user: { email: "joe@example.com" }, password: pencil });
  expect(login.id).toBe("LvcDDBK2RE9yw9yGJ");
});

test("names that differ only in case are told apart by those who write them so", async () => {
  await using at = fixture();
  await at.users.insert({ _id: "1", username: "ada" });
  await at.users.insert({ _id: "2", username: "Ada" });
  await at.accounts.setPassword("1", "pencil");
  await at.accounts.setPassword("2", "pencil");
  const peer = await DdpPeer.connect(at.ddp);
  const login = await logIn(peer, { user: { username: "Ada" }, password: pencil });
  expect(login.id).toBe("2");
  const { error } = await call(peer, "login", { user: { username: "ADA" }, password: pencil });
  expect(error).toMatchObject({ error: 403 });
});

describe("is refused, and nobody is logged in", () => {
  const wrong = { error: 403, reason: "Incorrect user or password" };
  test.each<[string, unknown, object]>([
    ["a wrong password", { user: { username: "ada" }, password: eraser }, wrong],
    ["an unknown user", { user: { username: "eve" }, password: pencil }, wrong],
    ["a user without a password", { user: { username: "joe" }, password: pencil }, wrong],
    ["a pattern", { user: { username: ".*" }, password: pencil }, wrong],
    ["a selector", { user: { username: { $ne: "" } }, password: pencil }, { error: 400 }],
    ["a selector of a user", { user: { $where: "1" }, password: pencil }, { error: 400 }],
    ["two names", { user: { username: "ada", id: "1" }, password: pencil }, { error: 400 }],
    [
      "no digest",
      { user: { username: "ada" }, password: { digest: "x", algorithm: "sha-256" } },
      { error: 400 },
    ],
    [
      "another algorithm",
      { user: { username: "ada" }, password: { ...pencil, algorithm: "md5" } },
      { error: 400 },
    ],
    [
      "an endless password",
      { user: { username: "ada" }, password: "x".repeat(257) },
      { error: 400 },
    ],
    ["an unknown token", { resume: "nonsense" }, { error: 403 }],
    ["a token that is none", { resume: { $ne: null } }, { error: 400 }],
    ["nothing that somebody knows", { sms: 1234 }, { error: 400 }],
    ["no object", "ada", { error: 400 }],
    ["an object's prototype", { __proto__: { resume: "x" } }, { error: 400 }],
  ])("%s", async (_, credentials, error) => {
    await using at = fixture();
    await at.accounts.createUser({ username: "ada", password: "pencil" });
    await at.accounts.createUser({ username: "joe" });
    const peer = await DdpPeer.connect(at.ddp);
    expect((await call(peer, "login", credentials)).error).toMatchObject(error);
    expect(await call(peer, "who")).toEqual({ result: null });
    expect(at.logger.error).not.toHaveBeenCalled();
  });
});

describe("by token", () => {
  test("goes on on another connection, with the same token", async () => {
    await using at = fixture();
    const id = await at.accounts.createUser({ username: "ada", password: "pencil" });
    const first = await DdpPeer.connect(at.ddp);
    const { token, tokenExpires } = await logIn(first, {
      user: { username: "ada" },
      password: pencil,
    });
    const second = await DdpPeer.connect(at.ddp);
    expect(await logIn(second, { resume: token })).toEqual({
      id,
      token,
      tokenExpires,
      type: "resume",
    });
    expect(await call(second, "who")).toEqual({ result: id });
  });

  test("finds the owner without looking at everybody, and anew when that has changed", async () => {
    await using at = fixture();
    const id = await at.accounts.createUser({ username: "ada" });
    const { token } = await at.accounts.createToken(id);
    // (One that this server hasn't made: users may be in a database that others use, too.)
    const hashedToken = await hashToken("made elsewhere");
    const loginTokens = [{ when: new Date(), hashedToken }];
    await at.users.insert({ _id: "joe", services: { resume: { loginTokens } } });
    const find = vi.spyOn(MemoryCollection.prototype, "find");
    const attempt = async (resume: string): Promise<unknown> => {
      const peer = await DdpPeer.connect(at.ddp);
      find.mockClear();
      await call(peer, "login", { resume });
      return find.mock.calls.every(([selector]) => Object.hasOwn(Object(selector), "_id"));
    };
    expect(await attempt(token)).toBe(true);
    expect(await attempt("made elsewhere")).toBe(false);
    expect(await attempt("made elsewhere")).toBe(true);
    find.mockRestore();
    await at.accounts.logOutEverywhere(id);
    const peer = await DdpPeer.connect(at.ddp);
    expect((await call(peer, "login", { resume: token })).error).toMatchObject({ error: 403 });
  });

  test("ends when the token has expired", async () => {
    await using at = fixture({ tokenLifetime: 1_000 });
    const id = await at.accounts.createUser({ username: "ada" });
    const { token } = await at.accounts.createToken(id);
    const peer = await DdpPeer.connect(at.ddp);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 1_000 });
    try {
      const { error } = await call(peer, "login", { resume: token });
      expect(error).toMatchObject({
        error: 403,
        reason: "Your session has expired. Please log in again.",
      });
    } finally {
      vi.useRealTimers();
    }
    expect(tokens(await at.users.find({}).fetch())).toEqual([]);
  });

  test("is bounded: old tokens and expired ones are taken away", async () => {
    await using at = fixture();
    const id = await at.accounts.createUser({ username: "ada" });
    const made = [];
    for (let count = 0; count < 120; count++) made.push(await at.accounts.createToken(id));
    const peer = await DdpPeer.connect(at.ddp);
    await logIn(peer, { resume: made.at(-1)?.token });
    expect(tokens(await at.users.find({}).fetch()).length).toBeLessThanOrEqual(100);
    expect((await call(peer, "login", { resume: made[0]?.token })).error).toMatchObject({
      error: 403,
    });
  });
});

function tokens(users: readonly User[]): readonly unknown[] {
  return users.flatMap(({ services }) => services?.resume?.loginTokens ?? []);
}

test("users may be where the application has them", async () => {
  const store = new CollectionUsers(memoryDatabase().collection<User>("people"));
  const inserted = vi.spyOn(store, "insert");
  await using at = fixture({ users: store });
  const id = await at.accounts.createUser({ username: "ada", password: "pencil" });
  expect(inserted).toHaveBeenCalledOnce();
  const peer = await DdpPeer.connect(at.ddp);
  expect(await logIn(peer, { user: { username: "ada" }, password: pencil })).toMatchObject({ id });
});

test("handlers of the application's own", async () => {
  await using at = fixture();
  const id = await at.accounts.createUser({ username: "ada" });
  at.accounts.addLoginHandler("ticket", ({ ticket }) => {
    if (ticket === undefined) return undefined;
    if (ticket !== "7") throw new DdpError("bad-ticket");
    return id;
  });
  at.accounts.addLoginHandler("ghost", ({ ghost }) => (ghost === undefined ? undefined : "nobody"));
  expect(() => at.accounts.addLoginHandler("password", () => id)).toThrow(TypeError);
  const peer = await DdpPeer.connect(at.ddp);
  expect((await call(peer, "login", { ticket: "8" })).error).toMatchObject({ error: "bad-ticket" });
  expect((await call(peer, "login", { ghost: 1 })).error).toMatchObject({ error: 403 });
  expect(await logIn(peer, { ticket: "7" })).toMatchObject({ id, type: "ticket" });
  expect(await call(peer, "who")).toEqual({ result: id });
});

describe("hooks", () => {
  test("validateLogin refuses, before there is a token", async () => {
    await using at = fixture({
      validateLogin: ({ user, type, connection }) => {
        expect([type, connection.id]).toEqual(["password", expect.any(String)]);
        if (user.username === "eve") throw new DdpError("banned");
        return user.username !== "joe";
      },
    });
    for (const username of ["ada", "eve", "joe"]) {
      await at.accounts.createUser({ username, password: "pencil" });
    }
    const peer = await DdpPeer.connect(at.ddp);
    const attempt = async (username: string): Promise<unknown> => {
      const answer = await call(peer, "login", { user: { username }, password: pencil });
      return answer.error?.["error"];
    };
    expect(await attempt("eve")).toBe("banned");
    expect(await attempt("joe")).toBe(403);
    expect(tokens(await at.users.find({}).fetch())).toEqual([]);
    expect(await attempt("ada")).toBeUndefined();
  });

  test("onLogin and onLogout are told; what they throw is logged", async () => {
    const told: unknown[] = [];
    const oops = new Error("oops");
    await using at = fixture({
      onLogin: ({ type, user }) => {
        told.push([type, user.username]);
        throw oops;
      },
      onLogout: async ({ userId }) => void told.push(userId),
    });
    const id = await at.accounts.createUser({ username: "ada" });
    const { token } = await at.accounts.createToken(id);
    const peer = await DdpPeer.connect(at.ddp);
    await logIn(peer, { resume: token });
    expect(await call(peer, "logout")).toEqual({});
    // (Nobody is logged in.)
    expect(await call(peer, "logout")).toEqual({});
    expect(told).toEqual([["resume", "ada"], id]);
    expect(at.logger.error).toHaveBeenCalledExactlyOnceWith(expect.any(String), oops);
  });
});
