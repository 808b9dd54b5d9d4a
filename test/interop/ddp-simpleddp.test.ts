/** simpleddp, at our server. */

import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { importPeer, requirePeer } from "../support/peers.ts";
import { rejection, until } from "../support/turns.ts";
import { startDdp } from "./ddp-application.ts";
import type { DdpApplication } from "./ddp-application.ts";

interface SimpleDdp {
  readonly connected: boolean;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  call(method: string, ...params: unknown[]): Promise<unknown>;
  subscribe(name: string, ...params: unknown[]): Handle;
  collection(name: string): { fetch(): unknown[] };
  on(event: string, listener: (message: Message) => void): unknown;
}

interface Handle {
  ready(): Promise<void>;
  remove(): Promise<void>;
}

type Message = Readonly<Record<string, unknown>>;
type SimpleDdpClass = new (options: object) => SimpleDdp;

const peer = (await importPeer("simpleddp")) as SimpleDdpClass | { default: SimpleDdpClass };
const available = requirePeer("simpleddp", peer !== undefined, "npm ci --prefix test/peers");

/** What it has sent on all of its connections, as JSON. */
let sent: Message[] = [];

class RecordingSocket extends WebSocket {
  override send(data: string): void {
    sent.push(JSON.parse(data) as Message);
    super.send(data);
  }
}

async function connect({ url }: DdpApplication): Promise<SimpleDdp> {
  sent = [];
  const SimpleDdp = "default" in peer ? peer.default : peer;
  const client = new SimpleDdp({
    endpoint: url,
    SocketConstructor: RecordingSocket,
    reconnectInterval: 20,
    autoConnect: false,
  });
  await client.connect();
  return client;
}

function documents(client: SimpleDdp): unknown[] {
  return structuredClone(client.collection("tasks").fetch());
}

describe.runIf(available)("simpleddp", () => {
  test("calls methods, with dates and errors", async () => {
    await using application = await startDdp();
    const client = await connect(application);
    expect(await client.call("add", 1, 2)).toBe(3);
    const values = [{ at: new Date(7) }, null, [1, "x"], new Uint8Array([1, 2])];
    expect(await client.call("echo", ...values)).toEqual(values);
    expect(await rejection(client.call("refuse"))).toMatchObject({
      error: "no",
      reason: "never",
      details: { left: 3 },
      errorType: "Meteor.Error",
    });
    expect(await rejection(client.call("fail"))).toMatchObject({ error: 500 });
    expect(await rejection(client.call("toString"))).toMatchObject({ error: 404 });
    await client.disconnect();
  });

  test("subscribes, and sees changes", async () => {
    await using application = await startDdp();
    const client = await connect(application);
    const handle = client.subscribe("tasks");
    await handle.ready();
    const a = { id: "a", title: "first", at: new Date(5) };
    expect(documents(client)).toEqual([a]);
    await client.call("insert", { _id: "b", title: "second" });
    await until(() => documents(client).length === 2, "the second task");
    await client.call("rename", "b", "2nd");
    await client.call("forgetDate", "a");
    await until(() => !("at" in (documents(client)[0] as object)), "the date's end");
    expect(documents(client)).toEqual([
      { id: "a", title: "first" },
      { id: "b", title: "2nd" },
    ]);
    await client.call("remove", "a");
    await until(() => documents(client).length === 1, "the first task's end");
    await handle.remove();
    await until(() => documents(client).length === 0, "the end of the subscription");
    await client.disconnect();
  });

  test("subscribes again when its connection was lost", async () => {
    await using application = await startDdp();
    const client = await connect(application);
    await client.subscribe("tasks").ready();
    const sub = sent.find(({ msg }) => msg === "sub");
    application.cut();
    const lastConnect = (): number => sent.findLastIndex(({ msg }) => msg === "connect");
    await until(() => lastConnect() > 0, "its return");
    await until(() => sent.slice(lastConnect()).some(({ msg }) => msg === "sub"), "the sub");
    // It shows its session, but doesn't say how much of it came; and waits for the end of a subscription that is over.
    const again = sent.slice(lastConnect());
    expect(again[0]).toMatchObject({ msg: "connect", session: expect.any(String) });
    expect(again[0]).not.toHaveProperty("receivedCount");
    expect(again).toContainEqual({ msg: "unsub", id: sub?.["id"] });
    await client.call("rename", "a", "changed");
    await until(() => JSON.stringify(documents(client)).includes("changed"), "the change");
    expect(documents(client)).toHaveLength(1);
    await client.disconnect();
  });

  test("logs in by password, and by token", async () => {
    await using application = await startDdp();
    const client = await connect(application);
    const login = await client.call("login", { user: { username: "ada" }, password: "pencil" });
    expect(login).toMatchObject({
      id: application.ada,
      type: "password",
      tokenExpires: expect.any(Date),
    });
    expect(await client.call("who")).toBe(application.ada);
    await until(() => client.collection("users").fetch().length === 1, "the user");
    expect(client.collection("users").fetch()).toEqual([{ id: application.ada, username: "ada" }]);
    const other = await connect(application);
    await other.call("login", { resume: (login as { token: string }).token });
    expect(await other.call("who")).toBe(application.ada);
    await client.disconnect();
    await other.disconnect();
  });
});
