/** Our client, with our accounts. */

import { expect, test } from "vitest";
import { ddpClient, passwordCredentials } from "../../../../../src/ddp/client/index.ts";
import type { DdpClient } from "../../../../../src/ddp/client/index.ts";
import { pair } from "../../../../../src/testing/pair.ts";
import type { Connection } from "../../../../../src/connection/connection.ts";
import { rejection, until } from "../../../../support/turns.ts";
import { fixture } from "./fixture.ts";
import type { Fixture } from "./fixture.ts";

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

test("logs in by password, gets its user, and logs out", async () => {
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

test("stays logged in through reconnects, until its token is gone", async () => {
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
