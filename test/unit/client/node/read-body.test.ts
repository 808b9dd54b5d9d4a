import { Readable } from "node:stream";
import type { IncomingMessage } from "node:http";

import { expect, test } from "vitest";

import { RefusalBody } from "../../../../src/client/node/read-body.ts";

function read(stream: Readable): { body: RefusalBody; finished: Promise<void> } {
  let body!: RefusalBody;
  const finished = new Promise<void>((resolve) => {
    body = new RefusalBody(stream as IncomingMessage, resolve);
  });
  return { body, finished };
}

test("is text", async () => {
  const bytes = Buffer.from("é€");
  const { body, finished } = read(Readable.from([bytes.subarray(0, 1), bytes.subarray(1)]));
  await finished;
  expect(body.text).toBe("é€");
});

test("is what came before the connection broke", async () => {
  const stream = new Readable({ read: () => {} });
  const { body, finished } = read(stream);
  stream.push("half a ");
  await new Promise((resolve) => setImmediate(resolve));
  stream.destroy(new Error("reset"));
  await finished;
  expect(body.text).toBe("half a ");
});

test("is cut at 64 KiB, however much there is", async () => {
  const stream = new Readable({ read: () => {} });
  const { body, finished } = read(stream);
  for (let i = 0; i < 5; i++) stream.push(Buffer.alloc(30_000, "x"));
  await finished;
  expect(body.text.length).toBe(64 * 1024);
  await new Promise((resolve) => setImmediate(resolve));
  expect(body.text.length).toBe(64 * 1024);
  stream.destroy();
});
