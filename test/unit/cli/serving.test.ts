import { describe, expect, test } from "vitest";

import { readArguments, UsageError } from "../../../src/cli/arguments.ts";
import type { Arguments } from "../../../src/cli/arguments.ts";
import { ECHO } from "../../../src/cli/echo-command.ts";
import { logTo, readListen, serveUntilSignal } from "../../../src/cli/serving.ts";
import { FakeIo } from "./support.ts";

const systemError = (): Error =>
  Object.assign(new Error("listen EADDRINUSE: taken"), { code: "EADDRINUSE", syscall: "listen" });

test("readListen has what was given, and nothing else", () => {
  const read = (...words: string[]): unknown => readListen(readArguments(ECHO, words) as Arguments);
  expect(read()).toEqual({});
  expect(read("--port", "0", "--host", "::1")).toEqual({ port: 0, host: "::1" });
});

describe("serveUntilSignal", () => {
  test.each(["SIGINT", "SIGTERM"] as const)(
    "says where it listens, and closes at %s",
    async (signal) => {
      const io = new FakeIo();
      let closed = 0;
      const close = async (): Promise<void> => void closed++;
      const done = serveUntilSignal(io, async () => ({ url: "ws://127.0.0.1:1", close }));
      await io.until(() => io.isListeningForSignals);
      expect(io.out).toBe("listening on ws://127.0.0.1:1\n");
      expect(closed).toBe(0);
      io.signal(signal);
      // The next one does what the system does: ends the process.
      expect(io.isListeningForSignals).toBe(false);
      expect(await done).toBe(0);
      expect(closed).toBe(1);
    },
  );

  test("says what else there is to say", async () => {
    const io = new FakeIo();
    const close = async (): Promise<void> => {};
    const notes = ["API key: x", "token secret: y"];
    const done = serveUntilSignal(io, async () => ({ url: "http://127.0.0.1:1/", notes, close }));
    await io.until(() => io.isListeningForSignals);
    expect(io.out).toBe("listening on http://127.0.0.1:1/\nAPI key: x\ntoken secret: y\n");
    io.signal("SIGTERM");
    expect(await done).toBe(0);
  });

  test.each([
    ["directly", systemError()],
    ["as a cause", new Error("listen EADDRINUSE: taken", { cause: systemError() })],
  ])("says why it can't listen, when the system says so %s", async (_, error) => {
    const io = new FakeIo();
    expect(await serveUntilSignal(io, () => Promise.reject(error))).toBe(2);
    expect(io.err).toBe("fullduplex: listen EADDRINUSE: taken\n");
    expect(io.out).toBe("");
  });

  test("takes an option that makes no sense for wrong usage, and anything else for a defect", async () => {
    const start = (error: Error): Promise<number> =>
      serveUntilSignal(new FakeIo(), async () => {
        throw error;
      });
    await expect(start(new TypeError("no host"))).rejects.toThrow("no host");
    await expect(start(new TypeError("no host"))).rejects.toBeInstanceOf(UsageError);
    await expect(start(new Error("oops"))).rejects.not.toBeInstanceOf(UsageError);
  });
});

test("the log has warnings and errors, made harmless", () => {
  const io = new FakeIo();
  const logger = logTo(io);
  logger.debug("coming");
  logger.info("going");
  logger.warn("odd\x1b[2J");
  logger.error("failed", new Error("because\x07"));
  expect(io.err).toMatch(
    /^fullduplex: odd\\x1b\[2J\nfullduplex: failed Error: because\\x07\n {4}at /,
  );
});
