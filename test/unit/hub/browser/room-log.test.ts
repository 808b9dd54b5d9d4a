import { describe, expect, test } from "vitest";
import { RoomLog } from "../../../../src/hub/browser/room-log.ts";
import type { ChatMessage, RoomState } from "../../../../src/hub/chat/protocol.ts";
import { key } from "../support.ts";

function message(number: number, name = "Bob"): ChatMessage {
  return { id: `e-${number}`, key: key(number), name, text: `text ${number}`, time: 0 };
}

function state(members: string[], numbers: number[] = [], complete = true): RoomState {
  return { room: "lobby", members, messages: numbers.map((number) => message(number)), complete };
}

/** The lines as text: what was said, and the notes in brackets. */
function texts({ lines }: RoomLog): string[] {
  return lines.map((line) => (line.kind === "note" ? `[${line.text}]` : line.message.text));
}

describe("RoomLog", () => {
  test("shows what was said before, without a word about what may be missing", () => {
    const log = new RoomLog("lobby");
    expect(log.enter(state(["Bob", "ada"], [1, 2], false), 0)).toBe(0);
    expect(texts(log)).toEqual(["text 1", "text 2"]);
    expect(log.members).toEqual(["ada", "Bob"]);
    expect(log.isJoined).toBe(true);
    expect(log.lastId).toBe("e-2");
  });

  test("adds what is new when one comes back, once", () => {
    const log = new RoomLog("lobby");
    log.enter(state(["Ada"], [1, 2]), 0);
    expect(log.enter(state(["Ada"], [2, 3]), 0)).toBe(1);
    expect(texts(log)).toEqual(["text 1", "text 2", "text 3"]);
  });

  test("says when something may be missing", () => {
    const log = new RoomLog("lobby");
    log.enter(state(["Ada"], [1]), 0);
    log.enter(state(["Ada"], [7], false), 0);
    expect(texts(log)).toEqual([
      "text 1",
      "[Connected again. Messages from in between may be missing.]",
      "text 7",
    ]);
  });

  test("does not show a message twice, whichever way it comes", () => {
    const log = new RoomLog("lobby");
    expect(log.add(message(1))).toBe(true);
    expect(log.add({ ...message(1), id: "other-1" })).toBe(false);
    expect(log.lines).toHaveLength(1);
  });

  test("notes who comes, goes, and is called otherwise", () => {
    const log = new RoomLog("lobby");
    log.enter(state(["Ada"]), 0);
    log.arrived("Bob", 0);
    log.arrived("Bob", 0);
    log.renamed("Bob", "Bo", 0);
    log.renamed("Nobody", "Somebody", 0);
    log.departed("Bo", 0);
    log.departed("Bo", 0);
    expect(texts(log)).toEqual(["[Bob is here]", "[Bob is now Bo]", "[Bo has left]"]);
    expect(log.members).toEqual(["Ada"]);
  });

  test("makes no fuss about those who come back after the connection broke for all", () => {
    const log = new RoomLog("lobby");
    log.enter(state(["Ada", "Bob", "Eve"]), 0);
    log.enter(state(["Ada"]), 0);
    expect(log.members).toEqual(["Ada"]);
    log.arrived("Bob", 0);
    expect(texts(log)).toEqual([]);
    expect(log.members).toEqual(["Ada", "Bob"]);
    log.departed("Bob", 0);
    log.arrived("Bob", 0);
    expect(texts(log)).toEqual(["[Bob has left]", "[Bob is here]"]);
  });

  test("keeps a message of ours on its way until it comes back", () => {
    const log = new RoomLog("lobby");
    log.send(key(1), "one");
    log.send(key(2), "two");
    log.add(message(1));
    expect(log.pending).toEqual([{ key: key(2), text: "two" }]);
  });

  test("a message that failed can be sent again", () => {
    const log = new RoomLog("lobby");
    log.send(key(1), "one");
    expect(log.fail(key(2), "Not so fast.")).toBe(false);
    expect(log.fail(key(1), "Not so fast.")).toBe(true);
    expect(log.pending).toEqual([{ key: key(1), text: "one", problem: "Not so fast." }]);
    expect(log.retry(key(1))).toBe(true);
    expect(log.retry(key(2))).toBe(false);
    expect(log.pending).toEqual([{ key: key(1), text: "one" }]);
  });

  test("keeps a bounded number of lines", () => {
    const log = new RoomLog("lobby");
    for (let number = 1; number <= 5000; number++) log.add(message(number));
    expect(log.lines.length).toBeLessThanOrEqual(600);
    expect(texts(log).at(-1)).toBe("text 5000");
    expect(log.add(message(4999))).toBe(false);
  });
});
