import { PassThrough } from "node:stream";

import { expect, test } from "vitest";

import { processIo, write } from "../../../src/cli/io.ts";

test("signals are heard until the listener is taken away", () => {
  const before = process.listenerCount("SIGTERM");
  const signals: string[] = [];
  const stop = processIo().onSignal((signal) => signals.push(signal));
  process.emit("SIGINT", "SIGINT");
  process.emit("SIGTERM", "SIGTERM");
  stop();
  expect(signals).toEqual(["SIGINT", "SIGTERM"]);
  expect(process.listenerCount("SIGTERM")).toBe(before);
});

test("an output that nobody reads any more is no reason to fail", () => {
  const { stdout, stderr } = processIo();
  expect(stdout.listenerCount("error")).toBeGreaterThan(0);
  expect(stderr.listenerCount("error")).toBeGreaterThan(0);
});

test("write resolves when it is written, and when it can't be", async () => {
  const stream = new PassThrough();
  await write(stream, "text");
  expect(String(stream.read())).toBe("text");
  stream.on("error", () => {});
  stream.destroy();
  await expect(write(stream, "more")).resolves.toBeUndefined();
});
