import { beforeEach, describe, expect, test, vi } from "vitest";
import { ChatState } from "../../../../src/hub/browser/chat-state.ts";
import type { ChatMessage, ServerMessage } from "../../../../src/hub/chat/protocol.ts";

const tab = "0123456789abcdef";

let state: ChatState;

beforeEach(() => {
  state = new ChatState(tab, "lobby", () => 0);
});

function message(room: string, text: string, key = `other-${text}`): ServerMessage {
  const said: ChatMessage = { id: `e-${text}`, key, name: "Bob", text, time: 0 };
  return { type: "message", room, message: said };
}

function joined(room: string, ...members: string[]): ServerMessage {
  return { type: "joined", room, members, messages: [], complete: true };
}

describe("ChatState", () => {
  test("tells of each change", () => {
    state.onChange = vi.fn<() => void>();
    state.apply({ type: "rooms", rooms: [{ room: "lobby", members: 1 }] });
    state.open("planning");
    state.setLink({ state: "connecting" });
    state.isVisible = false;
    expect(state.onChange).toHaveBeenCalledTimes(4);
    expect(state.directory).toEqual([{ room: "lobby", members: 1 }]);
    expect(state.current.name).toBe("planning");
  });

  test("takes the name that the server gives, and says when it is another", () => {
    state.name = "Ada";
    state.apply({ type: "welcome", name: "Ada" });
    expect(state.isOnline).toBe(true);
    expect(state.notice).toBeUndefined();
    state.apply({ type: "welcome", name: "Ada 2" });
    expect(state.name).toBe("Ada 2");
    expect(state.notice).toBe("The name Ada is taken: here you are Ada 2.");
  });

  test("is in no room without a connection", () => {
    state.apply(joined("lobby", "Ada"));
    expect(state.current.isJoined).toBe(true);
    state.setLink({ state: "offline", until: 1000 });
    expect(state.current.isJoined).toBe(false);
    expect(state.isOnline).toBe(false);
  });

  test("counts what nobody has seen, until they see it", () => {
    for (const room of ["lobby", "planning"]) {
      state.open(room);
      state.apply(joined(room, "Ada"));
    }
    state.apply(message("lobby", "one"));
    state.apply(message("lobby", "one"));
    state.apply(message("lobby", "two"));
    state.apply(message("lobby", "mine", `${tab}x`));
    state.apply(message("planning", "three"));
    expect(state.unread).toBe(2);
    state.isVisible = false;
    state.apply(message("planning", "four"));
    expect(state.unread).toBe(3);
    state.isVisible = true;
    expect(state.unread).toBe(2);
    state.open("lobby");
    expect(state.unread).toBe(0);
  });

  test("counts what came while it was away", () => {
    state.open("planning");
    state.apply(joined("lobby", "Ada"));
    state.setLink({ state: "offline", until: 0 });
    const { message: said } = message("lobby", "new") as { message: ChatMessage };
    state.apply({
      type: "joined",
      room: "lobby",
      members: ["Ada"],
      messages: [said],
      complete: true,
    });
    expect(state.rooms.get("lobby")?.unread).toBe(1);
  });

  test("knows its own messages", () => {
    expect(state.isOurs(`${tab}0000`)).toBe(true);
    expect(state.isOurs("fedcba98765432100000")).toBe(false);
  });

  test("follows who comes, goes and is renamed", () => {
    state.name = "Ada";
    state.apply(joined("lobby", "Ada"));
    state.apply({ type: "arrived", room: "lobby", name: "Bob" });
    state.apply({ type: "renamed", from: "Ada", to: "Augusta" });
    state.apply({ type: "departed", room: "lobby", name: "Bob" });
    expect(state.current.members).toEqual(["Augusta"]);
    expect(state.name).toBe("Augusta");
  });

  test.each<ServerMessage>([
    { type: "arrived", room: "elsewhere", name: "Bob" },
    { type: "departed", room: "elsewhere", name: "Bob" },
    joined("elsewhere", "Bob"),
    message("elsewhere", "hello"),
    { type: "pong" },
  ])("has no use for $type about a room that it has left", (late) => {
    state.apply(late);
    expect([...state.rooms.keys()]).toEqual(["lobby"]);
    expect(state.unread).toBe(0);
  });

  test("goes to another room when it has left one", () => {
    state.apply(joined("lobby", "Ada"));
    state.open("planning");
    state.apply(joined("planning", "Ada"));
    state.apply({ type: "left", room: "planning" });
    expect(state.current.name).toBe("lobby");
    expect([...state.rooms.keys()]).toEqual(["lobby"]);
    state.apply({ type: "left", room: "lobby" });
    expect(state.current.name).toBe("lobby");
  });

  test("goes to the lobby when the only room does not let it in", () => {
    state = new ChatState(tab, "full-house", () => 0);
    state.apply({
      type: "problem",
      problem: "full",
      message: "That room is full.",
      about: "full-house",
    });
    expect(state.current.name).toBe("lobby");
    expect(state.notice).toBe("That room is full.");
    expect(state.rooms.has("full-house")).toBe(false);
  });

  test("keeps a problem with a message at the message", () => {
    state.current.send(`${tab}1`, "hello");
    state.apply({ type: "problem", problem: "rate", message: "Not so fast.", about: `${tab}1` });
    expect(state.current.pending).toEqual([
      { key: `${tab}1`, text: "hello", problem: "Not so fast." },
    ]);
    expect(state.notice).toBeUndefined();
  });

  test("keeps a problem with the name apart", () => {
    state.apply({ type: "problem", problem: "name", message: "No." });
    expect(state.nameProblem).toBe("No.");
    state.apply({ type: "welcome", name: "Ada" });
    expect(state.nameProblem).toBeUndefined();
  });

  test("tells of other problems, and stays in a room that it is in", () => {
    state.apply(joined("lobby", "Ada"));
    state.apply({ type: "problem", problem: "rate", message: "Not so fast.", about: "lobby" });
    expect(state.notice).toBe("Not so fast.");
    expect(state.current.name).toBe("lobby");
    expect(state.current.isJoined).toBe(true);
  });
});
