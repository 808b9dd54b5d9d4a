/** ddp.js and asteroid, which stands on it, at our server. */

import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { importPeer, requirePeer } from "../support/peers.ts";
import { rejection, until } from "../support/turns.ts";
import { startDdp } from "./ddp-application.ts";
import type { DdpApplication } from "./ddp-application.ts";

type Message = Readonly<Record<string, unknown>>;

interface DdpJs {
  readonly status: string;
  method(name: string, params: unknown[]): string;
  sub(name: string, params: unknown[]): string;
  unsub(id: string): string;
  on(event: string, listener: (message: Message) => void): DdpJs;
  connect(): void;
  disconnect(): void;
}

interface Asteroid {
  readonly ddp: DdpJs;
  readonly userId: string | null;
  readonly loggedIn: boolean;
  call(method: string, ...params: unknown[]): Promise<unknown>;
  subscribe(
    name: string,
    ...params: unknown[]
  ): { readonly id: string; on(event: string, listener: (error: unknown) => void): void };
  unsubscribe(id: string): void;
  loginWithPassword(credentials: object): Promise<string>;
  logout(): Promise<null>;
  disconnect(): void;
}

const ddpjs = (await importPeer("ddp.js")) as
  | (new (options: object) => DdpJs)
  | { default: new (options: object) => DdpJs }
  | undefined;
const asteroid = (await importPeer("asteroid")) as
  | { createClass(): new (options: object) => Asteroid }
  | undefined;
const reason = "npm ci --prefix test/peers";
const hasDdpjs = requirePeer("ddp.js", ddpjs !== undefined, reason);
const hasAsteroid = requirePeer("asteroid", asteroid !== undefined, reason);

const options = { SocketConstructor: WebSocket, reconnectInterval: 20 };

/** The messages of a client that tells of them, in order. */
function recorded(ddp: DdpJs): Message[] {
  const messages: Message[] = [];
  for (const event of [
    "ready",
    "nosub",
    "added",
    "changed",
    "removed",
    "result",
    "updated",
    "error",
  ]) {
    ddp.on(event, (message) => void messages.push(message));
  }
  return messages;
}

function startDdpJs({ url }: DdpApplication): DdpJs {
  if (!ddpjs) throw new Error(reason);
  const DdpJs = "default" in ddpjs ? ddpjs.default : ddpjs;
  return new DdpJs({ endpoint: url, ...options });
}

describe.runIf(hasDdpjs)("ddp.js", () => {
  test("calls and subscribes with the same ids", async () => {
    await using application = await startDdp();
    const client = startDdpJs(application);
    const messages = recorded(client);
    const call = client.method("add", [1, 2]);
    const sub = client.sub("tasks", []);
    await until(() => messages.length === 4, "the answers");
    expect(messages).toEqual(
      expect.arrayContaining([
        { msg: "updated", methods: [call] },
        { msg: "result", id: call, result: 3 },
        {
          msg: "added",
          collection: "tasks",
          id: "a",
          fields: { title: "first", at: { $date: 5 } },
        },
        { msg: "ready", subs: [sub] },
      ]),
    );
    messages.splice(0);
    client.unsub(sub);
    client.unsub("never subscribed");
    client.method("refuse", []);
    await until(() => messages.length === 5, "the answers");
    expect(messages.slice(0, 3)).toEqual([
      { msg: "removed", collection: "tasks", id: "a" },
      { msg: "nosub", id: sub },
      { msg: "nosub", id: "never subscribed" },
    ]);
    expect(messages.find(({ msg }) => msg === "result")).toMatchObject({
      error: { error: "no", reason: "never", details: { left: 3 } },
    });
    client.disconnect();
  });

  test("answers pings", async () => {
    await using application = await startDdp({ heartbeat: { interval: 20, timeout: 200 } });
    const client = startDdpJs(application);
    let lost = 0;
    client.on("disconnected", () => void lost++);
    let pings = 0;
    const { socket } = client as unknown as { socket: DdpJs };
    socket.on("message:in", ({ msg }) => void (msg === "ping" && pings++));
    await until(() => pings > 3, "several pings");
    expect(lost).toBe(0);
    expect(client.status).toBe("connected");
    client.disconnect();
  });
});

describe.runIf(hasAsteroid)("asteroid", () => {
  function start({ url }: DdpApplication): Asteroid {
    if (!asteroid) throw new Error(reason);
    const Class = asteroid.createClass();
    return new Class({ endpoint: url, ...options });
  }

  test("calls, subscribes, and does so again with the same id", async () => {
    await using application = await startDdp();
    const client = start(application);
    const messages = recorded(client.ddp);
    expect(await client.call("add", 1, 2)).toBe(3);
    expect(await rejection(client.call("refuse"))).toMatchObject({ error: "no" });
    const { id } = client.subscribe("tasks");
    const isReady = ({ msg, subs }: Message): boolean =>
      msg === "ready" && (subs as string[])[0] === id;
    await until(() => messages.some(isReady), "the subscription");
    messages.splice(0);
    application.cut();
    await until(() => messages.some(isReady), "the subscription, again");
    expect(messages).toContainEqual({
      msg: "added",
      collection: "tasks",
      id: "a",
      fields: { title: "first", at: { $date: 5 } },
    });
    client.unsubscribe(id);
    await until(() => messages.some(({ msg }) => msg === "nosub"), "its end");
    const errors: unknown[] = [];
    client.subscribe("secret").on("error", (error) => void errors.push(error));
    await until(() => errors.length > 0, "the refusal");
    expect(errors).toEqual([expect.objectContaining({ error: 403, reason: "Not for you" })]);
    client.disconnect();
  });

  test("logs in, and again by token when it has lost its connection", async () => {
    await using application = await startDdp();
    const client = start(application);
    const wrong = client.loginWithPassword({ username: "ada", password: "eraser" });
    expect(await rejection(wrong)).toMatchObject({
      error: 403,
      reason: "Incorrect user or password",
    });
    const id = await client.loginWithPassword({ username: "ada", password: "pencil" });
    expect(id).toBe(application.ada);
    expect(await client.call("who")).toBe(id);
    const messages = recorded(client.ddp);
    application.cut();
    await until(() => messages.some(({ msg }) => msg === "added"), "the user, after the login");
    expect(messages).toContainEqual({
      msg: "added",
      collection: "users",
      id,
      fields: { username: "ada" },
    });
    expect(await client.call("who")).toBe(id);
    await client.logout();
    expect(await client.call("who")).toBeNull();
    client.disconnect();
  });
});
