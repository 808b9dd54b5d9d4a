import { describe, expect, test } from "vitest";
import { formatId, History } from "../../../../src/hub/chat/history.ts";
import type { ChatMessage } from "../../../../src/hub/chat/protocol.ts";
import { key } from "../support.ts";

function message(number: number, text = "x"): ChatMessage {
  return { id: formatId("abcd", number), key: key(number), name: "Ada", text, time: 0 };
}

function texts({ messages }: { messages: ChatMessage[] }): string[] {
  return messages.map(({ text }) => text);
}

describe("History", () => {
  test("gives all that it has to whoever comes for the first time", () => {
    const history = new History("abcd", 0, 10_000);
    history.add(message(1, "one"), 1);
    history.add(message(2, "two"), 2);
    expect(texts(history.since(undefined))).toEqual(["one", "two"]);
  });

  test("gives what is new to whoever comes back, and says that it is all", () => {
    const history = new History("abcd", 0, 10_000);
    for (const number of [1, 2, 5]) history.add(message(number, `m${number}`), number);
    const since = history.since(formatId("abcd", 2));
    expect(texts(since)).toEqual(["m5"]);
    expect(since.complete).toBe(true);
    expect(history.since(formatId("abcd", 5))).toEqual({ messages: [], complete: true });
  });

  test("says that something is missing when what was said before the room began is asked for", () => {
    const history = new History("abcd", 7, 10_000);
    history.add(message(8), 8);
    expect(history.since(formatId("abcd", 6)).complete).toBe(false);
    expect(history.since(formatId("abcd", 7)).complete).toBe(true);
  });

  test.each([
    "",
    "abcd",
    "abcd-",
    "efgh-1",
    "abcd-x",
    "abcd-1-1",
    `abcd-${"9".repeat(40)}`,
    "__proto__",
  ])("gives all it has for the id %j, which is none of its own", (id) => {
    const history = new History("abcd", 0, 10_000);
    history.add(message(1, "one"), 1);
    expect(history.since(id)).toEqual({ messages: [message(1, "one")], complete: false });
  });

  test("drops the oldest beyond its size, and knows that they are missing", () => {
    const history = new History("abcd", 0, 1000);
    for (let number = 1; number <= 50; number++) history.add(message(number), number);
    const { messages } = history.since(undefined);
    const bytes = messages.reduce((sum, one) => sum + JSON.stringify(one).length, 0);
    expect(bytes).toBeLessThan(1000);
    expect(messages.length).toBeGreaterThan(2);
    expect(messages.at(-1)?.id).toBe(formatId("abcd", 50));
    expect(history.since(formatId("abcd", 1)).complete).toBe(false);
    expect(history.since(formatId("abcd", 49)).complete).toBe(true);
  });

  test("counts bytes and not characters", () => {
    const history = new History("abcd", 0, 1000);
    history.add(message(1, "€".repeat(200)), 1);
    history.add(message(2, "€".repeat(200)), 2);
    expect(history.since(undefined).messages).toHaveLength(1);
  });

  test("finds a message by its key as long as it is kept", () => {
    const history = new History("abcd", 0, 300);
    history.add(message(1, "one"), 1);
    expect(history.find(key(1))?.text).toBe("one");
    expect(history.find("__proto__")).toBeUndefined();
    history.add(message(2), 2);
    history.add(message(3), 3);
    expect(history.find(key(1))).toBeUndefined();
  });
});
