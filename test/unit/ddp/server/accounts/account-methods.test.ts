/** What somebody does who is logged in; and what happens to others who are. */

import { describe, expect, test, vi } from "vitest";
import { StateError } from "../../../../../src/errors.ts";
import type { User } from "../../../../../src/ddp/server/index.ts";
import { DdpPeer } from "../../../../support/ddp-peer.ts";
import { rejection } from "../../../../support/turns.ts";
import { call, eraser, fixture, logIn, pencil } from "./fixture.ts";
import type { Fixture } from "./fixture.ts";

const ada = { user: { username: "ada" }, password: pencil };

async function withAda(at: Fixture): Promise<string> {
  return at.accounts.createUser({ username: "ada", password: "pencil" });
}

/** Clients that ada has logged in on, each with a token of its own. */
async function loggedIn(at: Fixture, count: number): Promise<DdpPeer[]> {
  const peers: DdpPeer[] = [];
  while (peers.length < count) {
    const peer = await DdpPeer.connect(at.ddp);
    await logIn(peer, ada);
    peers.push(peer);
  }
  return peers;
}

async function hashes(at: Fixture): Promise<string[]> {
  const users: User[] = await at.users.find({}).fetch();
  const tokens = users.flatMap(({ services }) => services?.resume?.loginTokens ?? []);
  return tokens.map(({ hashedToken }) => hashedToken);
}

describe("createUser", () => {
  test("is off unless it is allowed", async () => {
    await using at = fixture();
    const peer = await DdpPeer.connect(at.ddp);
    const { error } = await call(peer, "createUser", { username: "ada", password: pencil });
    expect(error).toMatchObject({ error: 403, reason: "Signups forbidden" });
    expect(await at.users.find({}).fetch()).toEqual([]);
  });

  test("makes a user and logs it in", async () => {
    await using at = fixture({ allowSignUp: true });
    const peer = await DdpPeer.connect(at.ddp);
    const wanted = { username: "ada", email: "ada@example.com", password: pencil };
    const profile = { color: "red" };
    const more = { services: { password: { bcrypt: "mine" } }, roles: ["admin"], _id: "x" };
    const { result } = await call(peer, "createUser", { ...wanted, profile, ...more });
    const { id, token } = result as { id: string; token: string };
    expect(result).toMatchObject({ type: "createUser" });
    expect(await call(peer, "who")).toEqual({ result: id });
    expect(id).not.toBe("x");
    expect(await at.users.find({}).fetch()).toEqual([
      {
        _id: id,
        createdAt: expect.any(Date),
        username: "ada",
        emails: [{ address: "ada@example.com", verified: false }],
        profile,
        services: {
          password: { bcrypt: expect.stringMatching(/^\$2/) },
          resume: { loginTokens: [expect.any(Object)] },
        },
      },
    ]);
    const other = await DdpPeer.connect(at.ddp);
    expect(await logIn(other, { resume: token })).toMatchObject({ id });
  });

  test.each<[string, unknown, object]>([
    ["a name that is taken", { username: "ADA", password: pencil }, { error: 403 }],
    ["an address that is taken", { email: "a@EXAMPLE.com", password: pencil }, { error: 403 }],
    ["nobody", { password: pencil }, { error: 400 }],
    ["an empty name", { username: "", password: pencil }, { error: 400 }],
    ["a name that is none", { username: { $ne: 1 }, password: pencil }, { error: 400 }],
    ["an address that is none", { email: "ada", password: pencil }, { error: 400 }],
    ["no password", { username: "eve" }, { error: 400 }],
    ["a profile that is none", { username: "eve", password: pencil, profile: 1 }, { error: 400 }],
    ["no object", null, { error: 400 }],
  ])("refuses %s", async (_, given, error) => {
    await using at = fixture({ allowSignUp: true });
    await at.accounts.createUser({ username: "ada", email: "a@example.com" });
    const peer = await DdpPeer.connect(at.ddp);
    expect((await call(peer, "createUser", given)).error).toMatchObject(error);
    expect(await at.users.find({}).fetch()).toHaveLength(1);
  });

  test("gives a name to one of those that want it at once", async () => {
    await using at = fixture();
    const create = (): Promise<unknown> =>
      at.accounts.createUser({ username: "ada" }).catch((error: Error) => error.message);
    const results = await Promise.all([create(), create(), create()]);
    expect(results.filter((result) => result === "Username already exists. [403]")).toHaveLength(2);
    expect(await at.users.find({}).fetch()).toHaveLength(1);
  });

  test("isn't for the server: it has a function", async () => {
    await using at = fixture({ allowSignUp: true });
    const wanted = { username: "ada", password: "pencil" };
    expect(await rejection(at.ddp.call("createUser", wanted))).toBeInstanceOf(StateError);
    expect(await at.users.find({}).fetch()).toEqual([]);
  });
});

test("logout of somebody who isn't logged in runs no publication again", async () => {
  await using at = fixture();
  const publication = vi.fn();
  at.ddp.publish("p", publication);
  const peer = await DdpPeer.connect(at.ddp);
  peer.send({ msg: "sub", id: "s", name: "p" });
  expect(await call(peer, "logout")).toEqual({});
  expect(publication).toHaveBeenCalledOnce();
});

test("logout ends the token, and whoever else is logged in by it", async () => {
  await using at = fixture();
  await withAda(at);
  const peer = await DdpPeer.connect(at.ddp);
  const { token } = await logIn(peer, ada);
  const tab = await DdpPeer.connect(at.ddp);
  await logIn(tab, { resume: token });
  const [other] = await loggedIn(at, 1);
  expect(await call(peer, "logout")).toEqual({});
  expect(await call(peer, "who")).toEqual({ result: null });
  await tab.connection.closed;
  expect((await call(peer, "login", { resume: token })).error).toMatchObject({ error: 403 });
  expect(await call(other as DdpPeer, "who")).toEqual({ result: expect.any(String) });
});

test("another login on the same connection leaves the first token as it is", async () => {
  await using at = fixture();
  await withAda(at);
  const joe = await at.accounts.createUser({ username: "joe" });
  const peer = await DdpPeer.connect(at.ddp);
  const first = await logIn(peer, ada);
  const second = await logIn(peer, { resume: (await at.accounts.createToken(joe)).token });
  expect(await call(peer, "who")).toEqual({ result: joe });
  await at.accounts.logOutEverywhere(first.id);
  expect(await call(peer, "who")).toEqual({ result: joe });
  await at.accounts.logOutEverywhere(second.id);
  await peer.connection.closed;
});

test("getNewToken: a token in place of the old one, no younger; removeOtherTokens ends the others", async () => {
  await using at = fixture();
  await withAda(at);
  const [peer, other] = (await loggedIn(at, 2)) as [DdpPeer, DdpPeer];
  const old = await hashes(at);
  const { result } = await call(peer, "getNewToken");
  const { token } = result as { token: string };
  const users: User[] = await at.users.find({}).fetch();
  const whens = users[0]?.services?.resume?.loginTokens?.map(({ when }) => when.getTime());
  expect(whens).toHaveLength(3);
  expect(whens?.[2]).toBe(whens?.[0]);
  expect(await call(peer, "removeOtherTokens")).toEqual({});
  await other.connection.closed;
  const left = await hashes(at);
  expect(left).toHaveLength(1);
  expect(old).not.toContain(left[0]);
  expect(await call(peer, "who")).toEqual({ result: expect.any(String) });
  const third = await DdpPeer.connect(at.ddp);
  await logIn(third, { resume: token });
});

test("changePassword: the old one counts no longer, and others are logged out", async () => {
  await using at = fixture();
  await withAda(at);
  const [peer, other] = (await loggedIn(at, 2)) as [DdpPeer, DdpPeer];
  expect((await call(peer, "changePassword", eraser, eraser)).error).toMatchObject({
    error: 403,
    reason: "Incorrect password",
  });
  expect((await call(peer, "changePassword", pencil, "")).error).toMatchObject({ error: 400 });
  expect(await call(peer, "changePassword", pencil, eraser)).toEqual({
    result: { passwordChanged: true },
  });
  await other.connection.closed;
  expect(await call(peer, "who")).toEqual({ result: expect.any(String) });
  const third = await DdpPeer.connect(at.ddp);
  expect((await call(third, "login", ada)).error).toMatchObject({ error: 403 });
  await logIn(third, { ...ada, password: eraser });
});

test("what is for those who are logged in is for nobody else", async () => {
  await using at = fixture();
  const peer = await DdpPeer.connect(at.ddp);
  for (const method of ["getNewToken", "removeOtherTokens"]) {
    expect((await call(peer, method)).error).toMatchObject({ error: 401 });
  }
  const { error } = await call(peer, "changePassword", pencil, eraser);
  expect(error).toMatchObject({ error: 401 });
});

test("nobody tries too often", async () => {
  await using at = fixture();
  await withAda(at);
  const peer = await DdpPeer.connect(at.ddp);
  const attempt = async (): Promise<unknown> =>
    (await call(peer, "login", { ...ada, password: eraser })).error?.["error"];
  for (let count = 0; count < 5; count++) expect(await attempt()).toBe(403);
  expect(await attempt()).toBe("too-many-requests");
  expect((await call(peer, "login", ada)).error).toMatchObject({ error: "too-many-requests" });
  expect(await call(peer, "who")).toEqual({ result: null });
  const other = await DdpPeer.connect(at.ddp);
  await logIn(other, ada);
});

test("unless the application says how often", async () => {
  await using at = fixture({ attempts: { count: 1 } });
  const peer = await DdpPeer.connect(at.ddp);
  const attempt = async (): Promise<unknown> => (await call(peer, "login", ada)).error?.["error"];
  expect([await attempt(), await attempt()]).toEqual([403, "too-many-requests"]);
  await using free = fixture({ attempts: false });
  const other = await DdpPeer.connect(free.ddp);
  for (let count = 0; count < 7; count++) {
    expect((await call(other, "login", ada)).error).toMatchObject({ error: 403 });
  }
});

test("setPassword logs out everywhere", async () => {
  await using at = fixture();
  const id = await withAda(at);
  const peers = await loggedIn(at, 3);
  await at.accounts.setPassword(id, "eraser");
  for (const { connection } of peers) await connection.closed;
  expect(await hashes(at)).toEqual([]);
  expect(await rejection(at.accounts.setPassword(id, ""))).toMatchObject({ error: 400 });
  expect(await rejection(at.accounts.setPassword("nobody", "x"))).toMatchObject({ error: 404 });
  expect(await rejection(at.accounts.createToken("nobody"))).toMatchObject({ error: 404 });
});

test("a user that is removed is logged out at once, whoever removes it", async () => {
  await using at = fixture();
  const id = await withAda(at);
  const [peer] = (await loggedIn(at, 1)) as [DdpPeer];
  await at.users.remove({ _id: id });
  await peer.connection.closed;
});

test("nothing of a client is left when it has gone", async () => {
  await using at = fixture();
  await withAda(at);
  const before = at.observers();
  const peers = await loggedIn(at, 3);
  await logIn(peers[0] as DdpPeer, ada);
  expect(at.observers()).toBeGreaterThan(before);
  for (const peer of peers) {
    peer.send({ msg: "disconnect" });
    await peer.handled;
  }
  expect(at.observers()).toBe(before);
});
