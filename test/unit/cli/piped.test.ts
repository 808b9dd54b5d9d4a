import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";

import type { Connection } from "fullduplex";
import { pair } from "fullduplex/testing";
import { Notes } from "../../../src/cli/notes.ts";
import { runPiped } from "../../../src/cli/piped.ts";
import type { PipedOptions } from "../../../src/cli/piped.ts";
import { FakeIo } from "./support.ts";

describe("runPiped", () => {
  let io: FakeIo;
  let connection: Connection;
  let peer: Connection;

  beforeEach(() => {
    io = new FakeIo();
    [connection, peer] = pair();
    return () => connection.terminate();
  });

  function run(options: Partial<PipedOptions> = {}): Promise<number> {
    return runPiped(connection, io, {
      mode: "text",
      raw: false,
      wait: 1,
      timeout: 1000,
      notes: new Notes(io),
      ...options,
    });
  }

  function echo(): void {
    void peer.forEach((message) => peer.send(message));
  }

  function fakeTimers(): void {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
  }

  test("sends each line, and writes each message that comes as a line", async () => {
    echo();
    io.stdin.end("one\n\nthree");
    expect(await run()).toBe(0);
    expect(io.out).toBe("one\n\nthree\n");
    expect(io.err).toBe("");
    expect(await connection.closed).toMatchObject({ code: 1000, initiator: "local" });
  });

  test("control characters of the peer's are escaped", async () => {
    io.stdin.end();
    await peer.send("a\x1b[2J\nb");
    await run();
    expect(io.out).toBe("a\\x1b[2J\\nb\n");
  });

  test("raw output is what came", async () => {
    io.stdin.end();
    await peer.send("a\x1b[2J\nb");
    await peer.send(Buffer.from("bytes"));
    await run({ raw: true });
    expect(io.out).toBe("a\x1b[2J\nb\nbytes");
  });

  test("what is no message is reported and counted, and the rest is sent", async () => {
    echo();
    io.stdin.end('{ "a": 1 }\nnope\n[]');
    expect(await run({ mode: "json" })).toBe(1);
    expect(io.out).toBe('{\n  "a": 1\n}\n[]\n');
    expect(io.err).toMatch(/^line 2 was not sent: it is no JSON: .*\n$/);
  });

  test("what is no UTF-8 is no message", async () => {
    echo();
    io.stdin.end(Buffer.from("ff0a610a", "hex"));
    expect(await run()).toBe(1);
    expect(io.err).toBe("line 1 was not sent: it is no UTF-8\n");
    expect(io.out).toBe("a\n");
  });

  test("bytes go both ways as hexadecimal", async () => {
    echo();
    io.stdin.end("00ff\nbase64:AAEC\n0\n");
    expect(await run({ mode: "binary" })).toBe(1);
    expect(io.out).toBe("00ff\n000102\n");
  });

  test("waits as long as messages come", async () => {
    fakeTimers();
    io.stdin.end();
    const done = run({ wait: 100 });
    for (let sent = 1; sent <= 5; sent++) {
      await vi.advanceTimersByTimeAsync(90);
      await peer.send("again");
      await io.until(({ out }) => out === "again\n".repeat(sent));
    }
    expect(connection.state).toBe("open");
    await vi.advanceTimersByTimeAsync(110);
    expect(await done).toBe(0);
    expect(await connection.closed).toMatchObject({ code: 1000, initiator: "local" });
  });

  test("without a wait, closes at the end of the input, and still writes what comes before the answer", async () => {
    io.stdin.end("one\n");
    const done = run({ wait: 0 });
    expect(await peer.recv()).toBe("one");
    await done;
    expect(await connection.closed).toMatchObject({ code: 1000, initiator: "local" });
  });

  test("waits for ever when told to: until the peer closes", async () => {
    io.stdin.end();
    const done = run({ wait: Infinity });
    await peer.send("late");
    await io.until(({ out }) => out === "late\n");
    await peer.close(1001);
    await done;
    expect(await connection.closed).toMatchObject({ code: 1001, initiator: "remote" });
  });

  test("ends with the connection, though the input goes on", async () => {
    const done = run();
    io.stdin.write("one\n");
    expect(await peer.recv()).toBe("one");
    await peer.close();
    expect(await done).toBe(0);
    expect(io.stdin.destroyed).toBe(true);
    expect(io.err).toBe("");
  });

  test("leaves no timer behind", async () => {
    fakeTimers();
    const done = run({ wait: 1000 });
    await peer.close();
    await done;
    await connection.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("says when a line came too late", async () => {
    io.stdin.write("one\n");
    const done = run();
    expect(await peer.recv()).toBe("one");
    void connection.close();
    io.stdin.write("two\nthree\n");
    await done;
    expect(io.err).toBe("line 2 was not sent, nor what follows\n");
  });

  test("closes when nobody reads the output any more", async () => {
    const done = run();
    io.stdout.destroy(new Error("EPIPE"));
    expect(await peer.closed).toMatchObject({ code: 1000 });
    await done;
    expect(io.stdout.listenerCount("error")).toBe(0);
  });

  test("says that the input can't be read, and closes", async () => {
    const done = run();
    io.stdin.destroy(new Error("EIO"));
    await done;
    expect(io.err).toBe("the input can't be read\n");
    expect(await connection.closed).toMatchObject({ code: 1000 });
  });
});
