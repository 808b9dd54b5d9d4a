import { describe, expect, test } from "vitest";
import type { ChatMessage } from "../../../../src/hub/browser/read-publication.ts";
import { RoomLog } from "../../../../src/hub/browser/room-log.ts";
import { key } from "../support.ts";

function message(number: number, name = "Bob"): ChatMessage {
  return { key: key(number), name, text: `text ${number}`, time: 0 };
}

/** The lines as text: what was said, and the notes in brackets. */
function texts({ lines }: RoomLog): string[] {
  return lines.map((line) => (line.kind === "note" ? `[${line.text}]` : line.message.text));
}

describe("RoomLog", () => {
  test("knows who is there, without a word about it, when one comes", () => {
    const log = new RoomLog("lobby");
    log.enter(["Bob", "ada"]);
    expect(log.members).toEqual(["ada", "Bob"]);
    expect(log.isJoined).toBe(true);
    expect(texts(log)).toEqual([]);
  });

  test("says when something may be missing", () => {
    const log = new RoomLog("lobby");
    log.add(message(1));
    log.missed(0);
    log.add(message(7));
    expect(texts(log)).toEqual([
      "text 1",
      "[Connected again. Messages from in between may be missing.]",
      "text 7",
    ]);
  });

  test("does not show a message twice, whichever way it comes", () => {
    const log = new RoomLog("lobby");
    expect(log.add(message(1))).toBe(true);
    expect(log.add({ ...message(1), time: 1 })).toBe(false);
    expect(log.lines).toHaveLength(1);
  });

  test("notes who comes, goes, and is called otherwise", () => {
    const log = new RoomLog("lobby");
    log.enter(["Ada"]);
    log.update(["Ada", "Bob"], 0);
    log.update(["Bob", "Ada"], 0);
    log.renamed("Bob", "Bo", 0);
    log.renamed("Nobody", "Somebody", 0);
    log.update(["Ada"], 0);
    expect(texts(log)).toEqual(["[Bob is here]", "[Bob is now Bo]", "[Bo has left]"]);
    expect(log.members).toEqual(["Ada"]);
  });

  test("makes no fuss about those who come back after the connection broke for all", () => {
    const log = new RoomLog("lobby");
    log.enter(["Ada", "Bob", "Eve"]);
    log.enter(["Ada"]);
    expect(log.members).toEqual(["Ada"]);
    log.update(["Ada", "Bob"], 0);
    expect(texts(log)).toEqual([]);
    expect(log.members).toEqual(["Ada", "Bob"]);
    log.update(["Ada"], 0);
    log.update(["Ada", "Bob"], 0);
    expect(texts(log)).toEqual(["[Bob has left]", "[Bob is here]"]);
  });

  test("keeps a message of ours on its way until it comes back", () => {
    const log = new RoomLog("lobby");
    log.send(key(1), "one");
    log.send(key(2), "two");
    log.taken(key(1));
    expect(log.pending[0]).toEqual({ key: key(1), text: "one", isTaken: true });
    log.add(message(1));
    expect(log.pending).toEqual([{ key: key(2), text: "two" }]);
  });

  test("gives up a message that was taken, and lost there", () => {
    const log = new RoomLog("lobby");
    log.send(key(1), "one");
    log.send(key(2), "two");
    log.taken(key(1));
    log.missed(0);
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
