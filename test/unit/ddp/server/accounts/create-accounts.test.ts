import { expect, test } from "vitest";
import type { Connection } from "../../../../../src/connection/connection.ts";
import { ddpClient, passwordCredentials } from "../../../../../src/ddp/client/index.ts";
import type { DdpClient } from "../../../../../src/ddp/client/index.ts";
import { createAccounts, createDdp, memoryDatabase } from "../../../../../src/ddp/server/index.ts";
import type { AccountsOptions, User } from "../../../../../src/ddp/server/index.ts";
import { DdpPeer } from "../../../../support/ddp-peer.ts";
import { pair } from "../../../../../src/testing/pair.ts";
import { rejection, until } from "../../../../support/turns.ts";
import { call, fixture, logIn } from "./fixture.ts";
import type { Fixture } from "./fixture.ts";

test("a client gets its own user, and no secrets", async () => {
  await using at = fixture();
  const wanted = { username: "ada", email: "ada@example.com", password: "pencil" };
  const id = await at.accounts.createUser({ ...wanted, profile: { color: "red" } });
  await at.accounts.createUser({ username: "joe" });
  await at.users.update({ _id: id }, { $set: { salary: 5 } });
  const peer = await DdpPeer.connect(at.ddp);
  expect(await peer.rest()).toEqual([]);
  await logIn(peer, { resume: (await at.accounts.createToken(id)).token });
  expect(peer.received.splice(0)).toEqual([
    {
      msg: "added",
      collection: "users",
      id,
      fields: {
        username: "ada",
        emails: [{ address: "ada@example.com", verified: false }],
        profile: { color: "red" },
      },
    },
  ]);
  await at.users.update({ _id: id }, { $set: { profile: { color: "blue" }, salary: 6 } });
  expect(await peer.take()).toEqual({
    msg: "changed",
    collection: "users",
    id,
    fields: { profile: { color: "blue" } },
  });
  await call(peer, "logout");
  expect(peer.received).toEqual([{ msg: "removed", collection: "users", id }]);
});

test.each<[string, object, ErrorConstructor]>([
  ["a name that nobody knows", { allowSignup: true }, TypeError],
  ["too little work", { bcryptRounds: 3 }, RangeError],
  ["too much work", { bcryptRounds: 32 }, RangeError],
  ["no whole number", { bcryptRounds: 10.5 }, RangeError],
  ["no time", { tokenLifetime: 0 }, RangeError],
])("options: %s is refused", (_, options, error) => {
  const given = {
    users: memoryDatabase().collection<User>("users"),
    ...options,
  } as AccountsOptions;
  expect(() => createAccounts(createDdp(), given)).toThrow(error);
});

interface Started extends AsyncDisposable {
  readonly client: DdpClient;
  readonly tokens: (string | undefined)[];
  readonly connections: Connection[];
}

function start({ ddp }: Fixture): Started {
  const tokens: (string | undefined)[] = [];
  const connections: Connection[] = [];
  const open = (): Connection => {
    const [ours, theirs] = pair();
    connections.push(ours);
    void ddp.handler(theirs);
    return ours;
  };
  const client = ddpClient(open, {
    initialDelay: 1,
    onToken: (token) => void tokens.push(token),
  });
  return { client, tokens, connections, [Symbol.asyncDispose]: () => client.close() };
}

test("our client logs in by password, gets its user, and logs out", async () => {
  await using at = fixture();
  const id = await at.accounts.createUser({ username: "ada", password: "pencil" });
  await using started = start(at);
  const { client, tokens } = started;
  const wrong = await rejection(client.login(await passwordCredentials("ada", "eraser")));
  expect(wrong).toMatchObject({ error: 403 });
  expect(await client.login(await passwordCredentials("ada", "pencil"))).toBe(id);
  expect(client.userId).toBe(id);
  expect(client.collection("users").find().fetch()).toEqual([{ _id: id, username: "ada" }]);
  expect(tokens).toEqual([expect.any(String)]);
  await client.logout();
  expect(client.userId).toBeNull();
  expect(client.collection("users").find().fetch()).toEqual([]);
  expect(tokens.at(-1)).toBeUndefined();
});

test("our client signs up, and is logged in as one that logs in", async () => {
  await using at = fixture({ allowSignUp: true });
  await using started = start(at);
  const { client, tokens, connections } = started;
  const { password } = await passwordCredentials("joe", "pencil");
  const id = await client.login({ username: "joe", password }, { method: "createUser" });
  expect(client.userId).toBe(id);
  expect(tokens).toEqual([expect.any(String)]);
  connections[0]?.terminate();
  await until(() => connections.length === 2, "another connection");
  expect(await client.call("who")).toBe(id);
  expect(await client.login(await passwordCredentials("joe", "pencil"))).toBe(id);
});

test("our client stays logged in through reconnects, until its token is gone", async () => {
  await using at = fixture();
  const id = await at.accounts.createUser({ username: "ada" });
  await using started = start(at);
  const { client, tokens, connections } = started;
  await client.login({ resume: (await at.accounts.createToken(id)).token });
  // (The session has ended: it isn't gone on with.)
  connections[0]?.terminate();
  await until(() => connections.length === 2, "another connection");
  expect(await client.call("who")).toBe(id);
  await at.accounts.logOutEverywhere(id);
  await until(() => client.userId === null, "its logout");
  expect(await client.call("who")).toBeNull();
  expect(tokens.at(-1)).toBeUndefined();
  expect(client.collection("users").find().fetch()).toEqual([]);
});
