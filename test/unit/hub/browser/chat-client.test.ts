import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FakeClock, pair } from "fullduplex/testing";
import { ChatClient } from "../../../../src/hub/browser/chat-client.ts";
import { ChatState } from "../../../../src/hub/browser/chat-state.ts";
import { createToken } from "../../../../src/hub/browser/token.ts";
import { Chat } from "../../../../src/hub/chat/chat.ts";
import { serveChat } from "../../../../src/hub/chat/handler.ts";
import type { ClientMessage, ServerMessage } from "../../../../src/hub/chat/protocol.ts";
import { Deferred } from "../../../../src/util/deferred.ts";

type End = ReturnType<typeof pair>[0];

/** A tab, whose connections are made when the test says so. */
class Tab {
  readonly state: ChatState;
  readonly client: ChatClient;
  readonly #connections: Deferred<End>[] = [new Deferred()];
  #changes: (() => void)[] = [];

  constructor(name: string, room = "lobby") {
    const tab = createToken();
    this.state = new ChatState(tab, room, () => 0);
    this.state.name = name;
    this.state.onChange = () => {
      for (const check of this.#changes) check();
    };
    this.client = new ChatClient(this.state, tab);
    void this.client.run(this.#take());
  }

  /** Gives the tab a connection, and the test its other end. */
  connect(): End {
    const [ours, theirs] = pair({ clock: new FakeClock() });
    this.#connections.at(-1)?.resolve(ours);
    this.#connections.push(new Deferred());
    return theirs;
  }

  /** Resolves once the state is as described. */
  until(condition: (state: ChatState) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (condition(this.state)) resolve();
      };
      this.#changes.push(check);
      check();
    });
  }

  async *#take(): AsyncGenerator<End> {
    for (let index = 0; ; index++) {
      yield await (this.#connections[index] as Deferred<End>).promise;
      this.state.setLink({ state: "offline", until: 0 });
    }
  }
}

let chat: Chat;
let ends: End[];

beforeEach(() => {
  chat = new Chat(() => 0);
  ends = [];
});

afterEach(() => {
  chat.close();
  for (const end of ends) end.terminate();
});

/** Connects a tab to the chat. */
function serve(tab: Tab): End {
  const end = tab.connect();
  ends.push(end);
  serveChat(chat, end).catch(() => {});
  return end;
}

async function join(name: string, room?: string): Promise<Tab> {
  const tab = new Tab(name, room);
  serve(tab);
  await tab.until(({ current }) => current.isJoined);
  return tab;
}

function said({ state }: Tab): string[] {
  return state.current.lines.flatMap((line) =>
    line.kind === "message" ? [line.message.text] : [],
  );
}

describe("ChatClient", () => {
  test("enters under its name, joins its room and talks", async () => {
    const [ada, bob] = [await join("Ada"), await join("Bob")];
    expect(ada.client.say("hello")).toBe(true);
    expect(ada.state.current.pending).toHaveLength(1);
    await Promise.all([ada, bob].map((tab) => tab.until(() => said(tab).includes("hello"))));
    expect(ada.state.current.pending).toHaveLength(0);
    expect(bob.state.current.members).toEqual(["Ada", "Bob"]);
  });

  test("opens, leaves and renames", async () => {
    const ada = await join("Ada");
    ada.client.openRoom("planning");
    await ada.until(({ current }) => current.name === "planning" && current.isJoined);
    ada.client.openRoom("lobby");
    expect(ada.state.current.isJoined).toBe(true);
    ada.client.leaveRoom("planning");
    await ada.until(({ rooms }) => !rooms.has("planning"));
    ada.client.rename("Augusta");
    await ada.until(({ name }) => name === "Augusta");
    expect(chat.rooms).toBe(1);
  });

  test("says nothing without a connection", async () => {
    const ada = new Tab("Ada");
    expect(ada.client.say("hello")).toBe(false);
    ada.client.openRoom("planning");
    expect(ada.state.current.pending).toEqual([]);
    serve(ada);
    await ada.until(({ rooms }) => [...rooms.values()].every(({ isJoined }) => isJoined));
    expect([...ada.state.rooms.keys()]).toEqual(["lobby", "planning"]);
  });

  test("comes back after the connection broke, and gets what was said in between", async () => {
    const ada = await join("Ada");
    const bob = await join("Bob");
    ada.client.say("one");
    await bob.until(() => said(bob).length === 1);
    for (const end of ends.splice(1, 1)) end.terminate();
    await bob.until(({ isOnline }) => !isOnline);
    ada.client.say("two");
    await ada.until(() => said(ada).length === 2);
    serve(bob);
    await bob.until(({ current }) => current.isJoined);
    expect(said(bob)).toEqual(["one", "two"]);
    expect(bob.state.name).toBe("Bob");
    expect(bob.state.current.unread).toBe(0);
  });

  test("comes back after the server was started again", async () => {
    const ada = await join("Ada");
    ada.client.say("before");
    await ada.until(() => said(ada).length === 1);
    for (const end of ends.splice(0)) end.terminate();
    await ada.until(({ isOnline }) => !isOnline);
    chat.close();
    chat = new Chat(() => 0);
    serve(ada);
    await ada.until(({ current }) => current.isJoined);
    ada.client.say("after");
    await ada.until(() => said(ada).length === 2);
    expect(said(ada)).toEqual(["before", "after"]);
  });

  test("sends again what was on its way when the connection broke, and it appears once", async () => {
    const bob = await join("Bob");
    const ada = await join("Ada");
    // The server takes the message, but its answer does not come back.
    const deaf = ends.pop() as End;
    ada.client.say("hello");
    await bob.until(() => said(bob).length === 1);
    deaf.terminate();
    await ada.until(({ isOnline }) => !isOnline);
    serve(ada);
    await ada.until(({ current }) => current.isJoined && current.pending.length === 0);
    expect(said(ada)).toEqual(["hello"]);
    expect(said(bob)).toEqual(["hello"]);
  });

  test("goes to the lobby when a room is not to be had", async () => {
    const ada = new Tab("Ada", "a/b");
    serve(ada);
    await ada.until(({ current }) => current.name === "lobby" && current.isJoined);
    expect(ada.state.notice).toBe("A room can't be called that.");
  });
});

/** The test plays the server. */
describe("ChatClient and what the server says", () => {
  async function next(end: End): Promise<ClientMessage> {
    return JSON.parse(String(await end.recv())) as ClientMessage;
  }

  function tell(end: End, message: ServerMessage): void {
    void end.send(JSON.stringify(message));
  }

  async function connect(): Promise<{ tab: Tab; end: End }> {
    const tab = new Tab("Ada");
    const end = tab.connect();
    ends.push(end);
    expect(await next(end)).toMatchObject({ type: "hello", name: "Ada" });
    tell(end, { type: "welcome", name: "Ada" });
    expect(await next(end)).toEqual({ type: "join", room: "lobby" });
    const state = { room: "lobby", members: ["Ada"], messages: [], complete: true };
    tell(end, { type: "joined", ...state });
    await tab.until(({ current }) => current.isJoined);
    return { tab, end };
  }

  test("says hello with another name when the first one is refused", async () => {
    const tab = new Tab("Ada");
    const end = tab.connect();
    ends.push(end);
    const first = await next(end);
    tell(end, { type: "problem", problem: "name", message: "No." });
    await tab.until(({ nameProblem }) => nameProblem !== undefined);
    tab.client.rename("Bob");
    expect(await next(end)).toEqual({ ...first, name: "Bob" });
  });

  test("sends a message again when the person wants that", async () => {
    const { tab, end } = await connect();
    tab.client.say("hello");
    const say = await next(end);
    if (say.type !== "say") throw new Error(`it sent ${say.type}`);
    tell(end, { type: "problem", problem: "rate", message: "Not so fast.", about: say.key });
    await tab.until(({ current }) => current.pending[0]?.problem !== undefined);
    tab.client.retry(say.key);
    expect(await next(end)).toEqual(say);
  });

  test("sends what was on its way once it is in the room again, and not what had failed", async () => {
    const { tab, end } = await connect();
    tab.client.say("lost");
    tab.client.say("refused");
    const [lost, refused] = [await next(end), await next(end)];
    if (refused.type !== "say") throw new Error(`it sent ${refused.type}`);
    tell(end, { type: "problem", problem: "text", message: "No.", about: refused.key });
    await tab.until(({ current }) => current.pending[1]?.problem !== undefined);
    end.terminate();
    const again = tab.connect();
    ends.push(again);
    expect(await next(again)).toMatchObject({ type: "hello" });
    tell(again, { type: "welcome", name: "Ada" });
    expect(await next(again)).toMatchObject({ type: "join" });
    const state = { room: "lobby", members: ["Ada"], messages: [], complete: true };
    tell(again, { type: "joined", ...state });
    expect(await next(again)).toEqual(lost);
    tab.client.leaveRoom("lobby");
    expect(await next(again)).toEqual({ type: "leave", room: "lobby" });
  });

  test("asks whether the server is there when there is reason to doubt", async () => {
    const { tab, end } = await connect();
    tab.client.check();
    expect(await next(end)).toEqual({ type: "ping" });
  });
});
