import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ChatClient } from "../../../../src/hub/browser/chat-client.ts";
import { ChatState } from "../../../../src/hub/browser/chat-state.ts";
import { createToken } from "../../../../src/hub/browser/token.ts";
import { Deferred } from "../../../../src/util/deferred.ts";
import { ChatServer } from "../support.ts";

type End = ReturnType<ChatServer["connect"]>["near"];

const tabs: Tab[] = [];
let server: ChatServer;

/** A tab, whose connections are made when the test lets it. */
class Tab {
  readonly state: ChatState;
  readonly client: ChatClient;
  /** The ends of its connections at the server, the latest last. */
  readonly ends: End[] = [];
  #gate = new Deferred<void>();
  readonly #checks = new Set<() => void>();

  constructor(name: string, room = "lobby") {
    const tab = createToken();
    this.state = new ChatState(tab, room, () => 0);
    this.state.name = name;
    this.state.onChange = () => this.#checks.forEach((check) => check());
    this.client = new ChatClient(this.state, tab, async () => {
      await this.#gate.promise;
      const { near, far } = server.connect();
      this.ends.push(far);
      return near;
    });
    this.client.start();
    tabs.push(this);
  }

  /** Lets it connect, from now on. */
  allow(): void {
    this.#gate.resolve();
  }

  /** Breaks the connection; there is no other before it is allowed. */
  break(): Promise<void> {
    this.#gate = new Deferred();
    this.ends.at(-1)?.terminate();
    return this.until(({ isOnline }) => !isOnline);
  }

  /** Resolves once the state is as described. */
  until(condition: (state: ChatState) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (condition(this.state)) resolve();
      };
      this.#checks.add(check);
      check();
    });
  }
}

beforeEach(() => {
  server = new ChatServer();
});

afterEach(async () => {
  await Promise.all(tabs.splice(0).map(({ client }) => client.close()));
  await server.close();
});

async function join(name: string, room?: string): Promise<Tab> {
  const tab = new Tab(name, room);
  tab.allow();
  await tab.until(({ current }) => current.isJoined);
  return tab;
}

async function onlyClient(): Promise<{ client: string }> {
  const [connection] = await server.channels.connections();
  return { client: connection?.client ?? expect.unreachable() };
}

function said({ state }: Tab): string[] {
  return state.current.lines.flatMap((line) =>
    line.kind === "message" ? [line.message.text] : [],
  );
}

function notes({ state }: Tab): string[] {
  return state.current.lines.flatMap((line) => (line.kind === "note" ? [line.text] : []));
}

describe("ChatClient", () => {
  test("enters under its name, joins its room and talks", async () => {
    const [ada, bob] = [await join("Ada"), await join("Bob")];
    await ada.until(({ current }) => current.members.length === 2);
    expect(ada.client.say("hello")).toBe(true);
    expect(ada.state.current.pending).toHaveLength(1);
    await Promise.all([ada, bob].map((tab) => tab.until(() => said(tab).includes("hello"))));
    expect(ada.state.current.pending).toHaveLength(0);
    expect(bob.state.current.members).toEqual(["Ada", "Bob"]);
    expect(notes(ada)).toEqual(["Bob is here"]);
    expect(bob.state.directory).toEqual([{ room: "lobby", members: 1 }]);
    await bob.until(({ directory }) => directory[0]?.members === 2);
  });

  test("has what was said before it came, unread by nobody", async () => {
    const ada = await join("Ada");
    ada.client.say("one");
    await ada.until(({ current }) => current.pending.length === 0);
    await server.channels.publish("chat:lobby", JSON.stringify({ text: "two", name: "Bot" }));
    const bob = await join("Bob");
    expect(said(bob)).toEqual(["one", "two"]);
    expect(bob.state.current.unread).toBe(0);
  });

  test("opens, leaves and renames", async () => {
    const ada = await join("Ada");
    const bob = await join("Bob");
    ada.client.openRoom("planning");
    await ada.until(({ current }) => current.name === "planning" && current.isJoined);
    ada.client.openRoom("lobby");
    expect(ada.state.current.isJoined).toBe(true);
    ada.client.leaveRoom("planning");
    await ada.until(({ rooms }) => !rooms.has("planning"));
    ada.client.rename("Augusta");
    await ada.until(({ name }) => name === "Augusta");
    await bob.until(({ current }) => current.members.includes("Augusta"));
    expect(notes(bob)).toEqual(["Ada is now Augusta"]);
    const eve = await join("Eve");
    expect(eve.state.current.members).toEqual(["Augusta", "Bob", "Eve"]);
    await bob.until(({ current }) => current.members.length === 3);
    expect(bob.state.current.members).toEqual(["Augusta", "Bob", "Eve"]);
    expect(server.chat.rooms).toBe(1);
  });

  test("says nothing without a connection", async () => {
    const ada = new Tab("Ada");
    expect(ada.client.say("hello")).toBe(false);
    ada.client.openRoom("planning");
    ada.client.rename("Augusta");
    expect(ada.state.current.pending).toEqual([]);
    ada.allow();
    await ada.until(({ rooms }) => [...rooms.values()].every(({ isJoined }) => isJoined));
    expect([...ada.state.rooms.keys()]).toEqual(["lobby", "planning"]);
    expect(ada.state.name).toBe("Augusta");
  });

  test("comes back after the connection broke, and gets what was said in between", async () => {
    const [ada, bob] = [await join("Ada"), await join("Bob")];
    bob.client.rename("Bo");
    await bob.until(({ name }) => name === "Bo");
    ada.client.say("one");
    await bob.until(() => said(bob).length === 1);
    await bob.break();
    expect(bob.state.link.state).toBe("offline");
    ada.client.say("two");
    await ada.until(() => said(ada).length === 2);
    bob.allow();
    await bob.until(({ current }) => current.isJoined);
    expect(said(bob)).toEqual(["one", "two"]);
    expect(notes(bob)).toEqual(["Bob is now Bo"]);
    expect(bob.state.name).toBe("Bo");
    expect(bob.state.notice).toBeUndefined();
  });

  test("counts what came in between as unread where it is not shown", async () => {
    const [ada, bob] = [await join("Ada"), await join("Bob")];
    bob.client.openRoom("planning");
    await bob.until(({ current }) => current.isJoined);
    await bob.break();
    ada.client.say("new");
    await ada.until(() => said(ada).length === 1);
    bob.allow();
    await bob.until(({ unread }) => unread === 1);
  });

  test("comes back after the server was started again, and says that something may be missing", async () => {
    const ada = await join("Ada");
    ada.client.say("before");
    await ada.until(() => said(ada).length === 1);
    await ada.break();
    await server.close();
    server = new ChatServer();
    ada.allow();
    await ada.until(({ current }) => current.isJoined);
    ada.client.say("after");
    await ada.until(() => said(ada).length === 2);
    expect(said(ada)).toEqual(["before", "after"]);
    expect(notes(ada)).toEqual(["Connected again. Messages from in between may be missing."]);
  });

  test("sends again what was on its way when the connection broke, and it appears once", async () => {
    const bob = await join("Bob");
    const ada = await join("Ada");
    ada.client.say("hello");
    await bob.until(() => said(bob).length === 1);
    await ada.break();
    // As if the answer had not come: it is not among what was said, and on its way still.
    const line = ada.state.current.lines.find(({ kind }) => kind === "message");
    if (line?.kind === "message" && ada.state.current.pending.length === 0) {
      ada.state.current.send(line.message.key, "hello");
    }
    ada.allow();
    await ada.until(({ current }) => current.isJoined);
    ada.client.say("more");
    await bob.until(() => said(bob).includes("more"));
    expect(said(bob)).toEqual(["hello", "more"]);
  });

  test("sends what never arrived once it is in the room again", async () => {
    const [ada, bob] = [await join("Ada"), await join("Bob")];
    await ada.break();
    ada.state.current.send(`${createToken()}${createToken()}`, "hello");
    ada.allow();
    await bob.until(() => said(bob).includes("hello"));
    await ada.until(({ current }) => current.pending.length === 0);
    expect(said(ada)).toEqual(["hello"]);
  });

  test("keeps what is refused, and sends it again when the person wants that", async () => {
    const ada = await join("Ada");
    for (let number = 0; number < 40; number++) ada.client.say(`line ${number}`);
    await ada.until(({ current }) => current.pending.some(({ problem }) => problem !== undefined));
    await ada.until(({ current }) => current.pending.every(({ problem }) => problem !== undefined));
    const [first] = ada.state.current.pending;
    expect(first?.problem).toBe("Not so fast.");
    ada.client.retry(first?.key ?? "");
    expect(ada.state.current.pending[0]?.problem).toBeUndefined();
    await ada.until(({ current }) => current.pending[0]?.problem !== undefined);
  });

  test("goes to the lobby when a room is not to be had", async () => {
    const ada = new Tab("Ada", "a/b");
    ada.allow();
    await ada.until(({ current }) => current.name === "lobby" && current.isJoined);
    expect(ada.state.notice).toBe("A room can't be called that.");
  });

  test("is told when it is taken out of a room, and goes to another", async () => {
    const ada = await join("Ada");
    ada.client.openRoom("planning");
    await ada.until(({ current }) => current.isJoined);
    await server.channels.unsubscribe(await onlyClient(), "chat:planning");
    await ada.until(({ current }) => current.name === "lobby");
    expect(ada.state.notice).toBe("The server has taken you out of the room.");
  });

  test("asks for another name when the first one is refused", async () => {
    const ada = new Tab("");
    ada.allow();
    await ada.until(({ nameProblem }) => nameProblem !== undefined);
    expect(ada.state.link.state).toBe("closed");
    ada.client.rename("Ada");
    await ada.until(({ current }) => current.isJoined);
    expect(ada.state).toMatchObject({ name: "Ada", nameProblem: undefined });
    ada.client.rename("x".repeat(25));
    await ada.until(({ nameProblem }) => nameProblem !== undefined);
    expect(ada.state.name).toBe("Ada");
  });

  test("does not come back when the server does not want it", async () => {
    const ada = await join("Ada");
    await server.channels.disconnect(await onlyClient());
    await ada.until(({ link }) => link.state === "closed");
    expect(ada.state.nameProblem).toBeUndefined();
  });

  test("asks whether the server is there when there is reason to doubt", async () => {
    const ada = await join("Ada");
    ada.client.check();
    await ada.break();
    ada.client.check();
    ada.allow();
    await ada.until(({ current }) => current.isJoined);
  });
});
