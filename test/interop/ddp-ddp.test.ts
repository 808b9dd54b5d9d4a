/** The package `ddp`, at our server. */

import { describe, expect, test } from "vitest";
import { importPeer, requirePeer } from "../support/peers.ts";
import { until } from "../support/turns.ts";
import { startDdp } from "./ddp-application.ts";
import type { DdpApplication } from "./ddp-application.ts";

type Message = Readonly<Record<string, unknown>>;
type Done = (error: unknown, result: unknown) => void;

interface Ddp {
  readonly session: string;
  readonly ddpVersion: string;
  readonly collections: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  connect(connected: (error: unknown, again: boolean) => void): void;
  close(): void;
  call(method: string, params: unknown[], done: Done, updated?: () => void): void;
  callWithRandomSeed(method: string, params: unknown[], seed: string, done: Done): void;
  subscribe(name: string, params: unknown[], ready: (error?: unknown) => void): string;
  unsubscribe(id: string): void;
  observe(
    name: string,
    added: (id: string) => void,
    changed: (...args: unknown[]) => void,
    removed: (id: string) => void,
  ): unknown;
  on(event: string, listener: (data: string) => void): void;
}

const Client = (await importPeer("ddp")) as (new (options: object) => Ddp) | undefined;
const available = requirePeer("ddp", Client !== undefined, "npm ci --prefix test/peers");

interface Started {
  readonly client: Ddp;
  readonly messages: Message[];
  /** How often it was connected. */
  readonly connections: () => number;
  /** How often a connection ended. */
  readonly closes: () => number;
}

async function start({ port }: DdpApplication, options: object = {}): Promise<Started> {
  if (!Client) throw new Error("it is missing");
  const client = new Client({ host: "127.0.0.1", port, autoReconnectTimer: 20, ...options });
  const messages: Message[] = [];
  client.on("message", (data) => void messages.push(JSON.parse(data) as Message));
  let closes = 0;
  client.on("socket-close", () => void closes++);
  let connections = 0;
  await new Promise<void>((resolve, reject) => {
    client.connect((error) => {
      if (error) return reject(error);
      connections++;
      resolve();
    });
  });
  return { client, messages, connections: () => connections, closes: () => closes };
}

function call(client: Ddp, method: string, ...params: unknown[]): Promise<unknown> {
  return new Promise((resolve) => {
    client.call(method, params, (error, result) => resolve(error ?? result));
  });
}

describe.runIf(available)("ddp", () => {
  test("calls methods; is told of their data; gives seeds", async () => {
    await using application = await startDdp();
    const { client } = await start(application);
    expect(await call(client, "add", 1, 2)).toBe(3);
    expect(await call(client, "echo", new Date(7), { a: null })).toEqual([
      new Date(7),
      { a: null },
    ]);
    expect(await call(client, "refuse")).toMatchObject({ error: "no", details: { left: 3 } });
    await new Promise<void>((resolve) => {
      client.call("insert", [{ _id: "b", title: "second" }], () => {}, resolve);
    });
    const seed = "3ba0d8b2a1c9e4f5d6a7";
    const drawn = await new Promise((resolve) => {
      client.callWithRandomSeed("draw", [], seed, (_, result) => resolve(result));
    });
    expect(drawn).toMatch(/^\w{17}$/);
    client.close();
  });

  test("observes collections", async () => {
    await using application = await startDdp();
    const { client } = await start(application);
    const seen: unknown[] = [];
    client.observe(
      "tasks",
      (id) => void seen.push(["added", id]),
      (id, before, cleared, after) => void seen.push(["changed", id, before, cleared, after]),
      (id) => void seen.push(["removed", id]),
    );
    const sub = await new Promise<string>((resolve) => {
      const id = client.subscribe("tasks", [], () => setImmediate(() => resolve(id)));
    });
    expect(client.collections["tasks"]).toEqual({
      a: { _id: "a", title: "first", at: new Date(5) },
    });
    await call(client, "rename", "a", "1st");
    await call(client, "forgetDate", "a");
    client.unsubscribe(sub);
    await until(() => seen.length === 4, "the changes");
    expect(seen).toEqual([
      ["added", "a"],
      ["changed", "a", { title: "first" }, [], { title: "1st" }],
      ["changed", "a", {}, ["at"], {}],
      ["removed", "a"],
    ]);
    const error = await new Promise((resolve) => void client.subscribe("secret", [], resolve));
    expect(error).toMatchObject({ error: 403 });
    client.close();
  });

  test.each(["pre1", "pre2"])("connects again for a better version than %s", async (ddpVersion) => {
    await using application = await startDdp();
    const options = { ddpVersion, autoReconnect: false };
    const { client, messages, closes } = await start(application, options);
    expect(messages[0]).toEqual({ msg: "failed", version: "1" });
    expect(client.ddpVersion).toBe("1");
    // (It gives up calls of its new connection when the old one ends.)
    await until(() => closes() === 1, "the end of the first connection");
    expect(await call(client, "add", 1, 2)).toBe(3);
    client.close();
  });

  test("connects again when its connection was lost", async () => {
    await using application = await startDdp();
    const { client, connections } = await start(application);
    const { session } = client;
    application.cut();
    await until(() => connections() === 2, "its return");
    expect(client.session).not.toBe(session);
    expect(await call(client, "add", 1, 2)).toBe(3);
    client.close();
  });

  test("logs in, and is logged out with its token", async () => {
    await using application = await startDdp();
    const { client } = await start(application);
    const login = await call(client, "login", { user: { username: "ada" }, password: "pencil" });
    const { token } = login as { token: string };
    const { client: other, connections } = await start(application);
    expect(await call(other, "login", { resume: token })).toMatchObject({
      id: application.ada,
      type: "resume",
    });
    await call(client, "logout");
    await until(() => connections() === 2, "the other's return");
    expect(await call(other, "who")).toBeNull();
    client.close();
    other.close();
  });
});
