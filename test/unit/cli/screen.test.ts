import { beforeEach, describe, expect, test } from "vitest";

import { Screen } from "../../../src/cli/screen.ts";
import { FakeIo } from "./support.ts";

/** What a prompt is drawn with: to the left edge, erase what is below, and the prompt. */
const REDRAW = "\x1b[1G\x1b[0J> ";

describe("Screen", () => {
  let io: FakeIo;
  let events: string[];

  function open(history: readonly string[] = []): Screen {
    return new Screen(io, history, {
      line: (line) => events.push(`line ${line}`),
      interrupted: () => events.push("interrupted"),
      ended: () => events.push("ended"),
    });
  }

  async function type(text: string): Promise<void> {
    const { length } = io.out;
    io.stdin.write(text);
    await io.until(({ out }) => out.length > length);
  }

  beforeEach(() => {
    io = new FakeIo({ terminal: true });
    events = [];
  });

  test("shows a prompt, and again after each line", async () => {
    const screen = open();
    expect(io.out).toContain("> ");
    io.out = "";
    await type("one\rtwo\r");
    expect(events).toEqual(["line one", "line two"]);
    expect(io.out.endsWith(REDRAW + "\x1b[3G")).toBe(true);
    screen.close();
  });

  test("prints above the prompt, and draws what was being typed again", async () => {
    const screen = open();
    await type("hal");
    io.out = "";
    await screen.print("< hello");
    expect(io.out).toBe(`\x1b[1G\x1b[0J< hello\n${REDRAW}hal\x1b[6G`);
    screen.close();
  });

  test("does so when what was typed takes several rows, the cursor anywhere in them", async () => {
    const screen = open();
    const text = "x".repeat(90);
    await type(text);
    await type("\x1b[D");
    io.out = "";
    await screen.print("< hello");
    // 92 columns of 40 each: the cursor is in the third row, before the last x.
    expect(io.out).toBe(`\x1b[1G\x1b[2A\x1b[0J< hello\n${REDRAW}${text}\x1b[12G`);
    screen.close();
  });

  test("prints without a prompt once it is closed", async () => {
    const screen = open();
    screen.close();
    screen.close();
    io.out = "";
    await screen.print("bye");
    expect(io.out).toBe("bye\n");
    expect(events).toEqual([]);
  });

  test("tells of Ctrl-C, and goes on", async () => {
    const screen = open();
    io.stdin.write("\x03");
    await type("one\r");
    expect(events).toEqual(["interrupted", "line one"]);
    screen.close();
  });

  test("tells of Ctrl-D, and takes the prompt away", async () => {
    const screen = open();
    await type("\x04");
    expect(events).toEqual(["ended"]);
    io.out = "";
    await screen.print("bye");
    expect(io.out).toBe("bye\n");
  });

  test("tells of the end of the terminal", async () => {
    open();
    io.stdin.end();
    await io.until(() => events.includes("ended"));
    expect(events).toEqual(["ended"]);
  });

  test("remembers lines, but none that begins with a blank", async () => {
    const screen = open(["before"]);
    await type("one\r secret\rtwo\rone\r");
    expect(screen.history).toEqual(["one", "two", "before"]);
    await type("\x1b[A\x1b[A\x1b[A\r");
    expect(events.at(-1)).toBe("line before");
    screen.close();
  });
});
