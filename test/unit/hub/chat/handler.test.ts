import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FakeClock, pair } from "fullduplex/testing";
import { Chat } from "../../../../src/hub/chat/chat.ts";
import { serveChat } from "../../../../src/hub/chat/handler.ts";
import type { ClientMessage, ServerMessage } from "../../../../src/hub/chat/protocol.ts";
import { key, session } from "../support.ts";

type Client = ReturnType<typeof pair>[0];

let chat: Chat;

beforeEach(() => {
  chat = new Chat(() => 0);
});

afterEach(() => chat.close());

/** Connects to the chat. `served` settles when the server's handler has returned. */
function connect(clock = new FakeClock()): { client: Client; served: Promise<void> } {
  const [client, server] = pair({ clock });
  const served = serveChat(chat, server);
  // A handler may end with its connection's error; the server that runs it knows what to do.
  served.catch(() => {});
  return { client, served };
}

function send(client: Client, message: ClientMessage | object | string): void {
  void client.send(typeof message === "string" ? message : JSON.stringify(message));
}

/** The next message that is not the list of rooms, which comes at any time. */
async function next(client: Client): Promise<ServerMessage> {
  for (;;) {
    const message = JSON.parse(String(await client.recv())) as ServerMessage;
    if (message.type !== "rooms") return message;
  }
}

async function enter(name: string, ...rooms: string[]): Promise<Client> {
  const { client } = connect();
  send(client, { type: "hello", name, session: session() });
  expect(await next(client)).toMatchObject({ type: "welcome" });
  for (const room of rooms) {
    send(client, { type: "join", room });
    expect(await next(client)).toMatchObject({ type: "joined", room });
  }
  return client;
}

describe("serveChat", () => {
  test("lets two people talk", async () => {
    const ada = await enter("Ada", "lobby");
    const bob = await enter("Bob", "lobby");
    expect(await next(ada)).toEqual({ type: "arrived", room: "lobby", name: "Bob" });
    send(bob, { type: "say", room: "lobby", text: "hello", key: key(1) });
    for (const client of [ada, bob]) {
      expect(await next(client)).toMatchObject({
        type: "message",
        room: "lobby",
        message: { name: "Bob", text: "hello" },
      });
    }
    send(ada, { type: "rename", name: "Augusta" });
    expect(await next(bob)).toEqual({ type: "renamed", from: "Ada", to: "Augusta" });
    send(bob, { type: "leave", room: "lobby" });
    expect(await next(bob)).toEqual({ type: "left", room: "lobby" });
    await ada.close();
    await bob.close();
    expect(chat.people).toBe(0);
  });

  test("takes somebody out when their connection ends", async () => {
    const ada = await enter("Ada", "lobby");
    const bob = await enter("Bob", "lobby");
    expect(await next(ada)).toMatchObject({ type: "arrived" });
    bob.terminate();
    expect(await next(ada)).toEqual({ type: "departed", room: "lobby", name: "Bob" });
    await ada.close();
  });

  test("answers a ping", async () => {
    const ada = await enter("Ada");
    send(ada, { type: "ping" });
    expect(await next(ada)).toEqual({ type: "pong" });
    await ada.close();
  });

  test("says what was wrong, and goes on", async () => {
    const ada = await enter("Ada", "lobby");
    send(ada, { type: "say", room: "lobby", text: " ", key: key(1) });
    expect(await next(ada)).toMatchObject({ type: "problem", problem: "text", about: key(1) });
    send(ada, { type: "join", room: "a/b" });
    expect(await next(ada)).toMatchObject({ type: "problem", problem: "room", about: "a/b" });
    send(ada, { type: "rename", name: "" });
    expect(await next(ada)).toEqual({
      type: "problem",
      problem: "name",
      message: "A name has 1 to 24 characters.",
    });
    send(ada, { type: "say", room: "lobby", text: "still here", key: key(2) });
    expect(await next(ada)).toMatchObject({ type: "message" });
    await ada.close();
  });

  test("asks again for a name that can't be one", async () => {
    const { client } = connect();
    send(client, { type: "hello", name: "", session: session() });
    expect(await next(client)).toMatchObject({ type: "problem", problem: "name" });
    send(client, { type: "hello", name: "Ada", session: session() });
    expect(await next(client)).toEqual({ type: "welcome", name: "Ada" });
    await client.close();
  });

  test("closes the connection of an earlier visit of the same tab", async () => {
    const tab = session();
    const first = connect();
    send(first.client, { type: "hello", name: "Ada", session: tab });
    expect(await next(first.client)).toMatchObject({ type: "welcome" });
    const second = connect();
    send(second.client, { type: "hello", name: "Ada", session: tab });
    expect(await next(second.client)).toEqual({ type: "welcome", name: "Ada" });
    expect((await first.client.closed).code).toBe(4001);
    expect(chat.people).toBe(1);
    await second.client.close();
  });

  test("slows down whoever sends too much, then cuts them off", async () => {
    const { client, served } = connect();
    send(client, { type: "hello", name: "Ada", session: session() });
    for (let count = 0; count < 40; count++) send(client, { type: "ping" });
    const answers: ServerMessage[] = [];
    while (answers.length < 41) answers.push(await next(client));
    expect(answers.at(-1)).toMatchObject({ type: "problem", problem: "rate" });
    for (let count = 0; count < 200; count++) send(client, { type: "ping" });
    expect(await client.closed).toMatchObject({ code: 1008, reason: "too many messages" });
    await served;
    expect(chat.people).toBe(0);
  });

  test.each([
    ["something else than hello first", [{ type: "ping" }], 1008, "no hello"],
    [
      "hello twice",
      [
        { type: "hello", name: "Ada", session: session() },
        { type: "hello", name: "Ada", session: session() },
      ],
      1008,
      "hello again",
    ],
    ["what is no JSON", ["{"], 1008, "no JSON"],
  ])("closes for %s", async (_, messages, code, reason) => {
    const { client, served } = connect();
    for (const message of messages) send(client, message);
    expect(await client.closed).toMatchObject({ code, reason });
    await served;
    expect(chat.people).toBe(0);
  });

  test("closes for bytes", async () => {
    const { client } = connect();
    void client.send(Uint8Array.of(1));
    expect((await client.closed).code).toBe(1003);
  });

  test("does not wait forever for a hello", async () => {
    const clock = new FakeClock();
    const { client, served } = connect(clock);
    clock.advance(10_000);
    expect(await client.closed).toMatchObject({ code: 1008, reason: "no hello in time" });
    await served;
  });

  test("passes on how the connection ended when that was no good end", async () => {
    const { client, served } = connect();
    send(client, { type: "hello", name: "Ada", session: session() });
    expect(await next(client)).toMatchObject({ type: "welcome" });
    client.terminate();
    await expect(served).rejects.toMatchObject({ code: "ERR_CLOSED" });
    expect(chat.people).toBe(0);
  });
});
