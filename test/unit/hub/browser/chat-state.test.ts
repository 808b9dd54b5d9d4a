import { beforeEach, describe, expect, test, vi } from "vitest";
import { ChatState } from "../../../../src/hub/browser/chat-state.ts";
import type { ChatMessage } from "../../../../src/hub/browser/read-publication.ts";
import type { RoomLog } from "../../../../src/hub/browser/room-log.ts";

const tab = "0123456789abcdef";

let state: ChatState;

beforeEach(() => {
  state = new ChatState(tab, "lobby", () => 0);
});

function message(text: string, key = `other-${text}`): ChatMessage {
  return { key, name: "Bob", text, time: 0 };
}

function room(name: string): RoomLog {
  return state.rooms.get(name) ?? expect.unreachable(name);
}

function join(name: string, ...members: string[]): void {
  state.setMembers(room(name), members, true);
}

describe("ChatState", () => {
  test("tells of each change", () => {
    state.onChange = vi.fn<() => void>();
    state.setDirectory([{ room: "lobby", members: 1 }]);
    state.open("planning");
    state.setLink({ state: "connecting" });
    state.isVisible = false;
    expect(state.onChange).toHaveBeenCalledTimes(4);
    expect(state.directory).toEqual([{ room: "lobby", members: 1 }]);
    expect(state.current.name).toBe("planning");
  });

  test("takes the name that the server gives, and says when it is another", () => {
    state.setName("Ada");
    state.welcome({ name: "Ada", rooms: [{ room: "lobby", members: 0 }] });
    expect(state.isOnline).toBe(true);
    expect(state.notice).toBeUndefined();
    expect(state.directory).toHaveLength(1);
    state.welcome({ name: "Ada 2", rooms: [] });
    expect(state.name).toBe("Ada 2");
    expect(state.notice).toBe("The name Ada is taken: here you are Ada 2.");
  });

  test("is in no room without a connection, nor before it has what was said there", () => {
    state.setMembers(room("lobby"), ["Ada"], false);
    expect(state.current.isJoined).toBe(false);
    join("lobby", "Ada");
    expect(state.current.isJoined).toBe(true);
    state.setLink({ state: "offline", until: 1000 });
    expect(state.current.isJoined).toBe(false);
    expect(state.isOnline).toBe(false);
  });

  test("counts what nobody has seen, until they see it", () => {
    state.open("planning");
    const [lobby, planning] = [room("lobby"), room("planning")];
    state.said(lobby, [message("zero")], "before");
    state.said(lobby, [message("one")], "since");
    state.said(lobby, [message("one"), message("two")], "since");
    state.said(lobby, [message("mine", `${tab}x`)], "since");
    state.said(planning, [message("three")], "since");
    expect(state.unread).toBe(2);
    state.isVisible = false;
    state.said(planning, [message("four")], "since");
    expect(state.unread).toBe(3);
    state.isVisible = true;
    expect(state.unread).toBe(2);
    state.open("lobby");
    expect(state.unread).toBe(0);
  });

  test("knows its own messages", () => {
    expect(state.isOurs(`${tab}0000`)).toBe(true);
    expect(state.isOurs("fedcba98765432100000")).toBe(false);
  });

  test("follows who comes, goes and is renamed", () => {
    join("lobby", "Ada");
    join("lobby", "Ada", "Bob");
    state.renamed(room("lobby"), "Ada", "Augusta");
    join("lobby", "Augusta");
    expect(state.current.members).toEqual(["Augusta"]);
    expect(state.current.lines).toHaveLength(3);
  });

  test("goes to another room when it has left one", () => {
    join("lobby", "Ada");
    state.open("planning");
    join("planning", "Ada");
    state.forget("planning");
    expect(state.current.name).toBe("lobby");
    expect([...state.rooms.keys()]).toEqual(["lobby"]);
    state.forget("lobby");
    expect(state.current).toMatchObject({ name: "lobby", isJoined: false });
  });

  test("goes to the lobby when the only room does not let it in", () => {
    state = new ChatState(tab, "full-house", () => 0);
    state.refuseRoom("full-house", "That room is full.");
    expect(state.current.name).toBe("lobby");
    expect(state.notice).toBe("That room is full.");
    expect(state.rooms.has("full-house")).toBe(false);
  });

  test("keeps a problem with the name until there is one", () => {
    state.refuseName("No.");
    expect(state.nameProblem).toBe("No.");
    state.welcome({ name: "Ada", rooms: [] });
    expect(state.nameProblem).toBeUndefined();
  });
});
