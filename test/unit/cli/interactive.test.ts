import { beforeEach, describe, expect, test } from "vitest";

import type { Connection } from "fullduplex";
import { pair } from "fullduplex/testing";
import { runInteractive } from "../../../src/cli/interactive.ts";
import { Notes } from "../../../src/cli/notes.ts";
import type { Mode } from "../../../src/cli/payload.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { FakeIo } from "./support.ts";

const folder = scratchFolder();

describe("runInteractive", () => {
  let io: FakeIo;
  let notes: Notes;
  let connection: Connection;
  let peer: Connection;
  let interrupts: number;

  beforeEach(() => {
    io = new FakeIo({ terminal: true, env: { XDG_STATE_HOME: folder } });
    notes = new Notes(io);
    [connection, peer] = pair();
    interrupts = 0;
    return () => connection.terminate();
  });

  function run(mode: Mode = "text"): Promise<void> {
    const interrupted = (): void => void interrupts++;
    return runInteractive(connection, io, { mode, notes, interrupted });
  }

  test("sends what is typed, and shows what comes", async () => {
    const done = run();
    io.stdin.write("hello\r");
    expect(await peer.recv()).toBe("hello");
    await peer.send("hi\x1b[2J");
    await io.until(({ out }) => out.includes("< hi\\x1b[2J\n"));
    await peer.close();
    await done;
    expect(io.out).not.toContain("hi\x1b");
  });

  test("an empty line sends nothing, and a line with a slash is a command", async () => {
    const done = run();
    io.stdin.write("\r/nope\r/text /x\r");
    expect(await peer.recv()).toBe("/x");
    await io.until(({ out }) => out.includes("no such command"));
    await peer.close();
    await done;
  });

  test("JSON is checked before it is sent, and shown indented", async () => {
    const done = run("json");
    io.stdin.write('nope\r{ "a": 1 }\r');
    expect(await peer.recv()).toBe('{"a":1}');
    await io.until(({ out }) => out.includes("not sent: it is no JSON"));
    await peer.send("[1]");
    await io.until(({ out }) => out.includes("< [\n  1\n]\n"));
    await peer.close();
    await done;
  });

  test("a message that is too long to look at is cut", async () => {
    const done = run();
    await peer.send("x".repeat(100_000));
    await io.until(({ out }) => out.includes("… (100000 characters)\n"));
    await peer.close();
    await done;
  });

  test("Ctrl-D closes the connection", async () => {
    const done = run();
    io.stdin.write("\x04");
    expect(await peer.closed).toMatchObject({ code: 1000, initiator: "remote" });
    await done;
  });

  test("Ctrl-C is told", async () => {
    const done = run();
    io.stdin.write("\x03");
    await io.until(() => interrupts === 1);
    await peer.close();
    await done;
    expect(interrupts).toBe(1);
  });

  test("notes go above the prompt while there is one", async () => {
    const done = run();
    notes.print("a note");
    await io.until(({ out }) => out.includes("a note\n"));
    await peer.close();
    await done;
    notes.print("closed");
    expect(io.err).toBe("closed\n");
  });

  test("what was typed in another run can be called up", async () => {
    const first = run();
    io.stdin.write("remember\r");
    expect(await peer.recv()).toBe("remember");
    await peer.close();
    await first;
    io = new FakeIo({ terminal: true, env: { XDG_STATE_HOME: folder } });
    notes = new Notes(io);
    [connection, peer] = pair();
    const second = run();
    io.stdin.write("\x1b[A\r");
    expect(await peer.recv()).toBe("remember");
    await peer.close();
    await second;
  });
});
