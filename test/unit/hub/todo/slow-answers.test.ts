import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Connection } from "../../../../src/connection/connection.ts";
import { answerLate, readDelay } from "../../../../src/hub/todo/slow-answers.ts";
import type { ServerConnection } from "../../../../src/server/index.ts";
import { pair } from "../../../../src/testing/pair.ts";
import { turns } from "../../../support/turns.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

function start(handler: (connection: Connection) => Promise<void>): {
  client: Connection;
  over: Promise<void>;
} {
  const [client, server] = pair({ keepalive: false });
  const over = answerLate(server as unknown as ServerConnection, 500, handler);
  return { client, over };
}

async function echo(connection: Connection): Promise<void> {
  for await (const message of connection) await connection.send(message);
}

test("a delay is a number of milliseconds, and has a limit", () => {
  const read = (query: string): number => readDelay(new URLSearchParams(query));
  expect(read("")).toBe(0);
  expect(read("delay=500")).toBe(500);
  expect(read("delay=1e9")).toBe(5000);
  expect(read("delay=Infinity")).toBe(5000);
  expect(read("delay=-1")).toBe(0);
  expect(read("delay=soon")).toBe(0);
});

test("answers come later, in their order, and no later than that", async () => {
  const { client } = start(echo);
  const received: unknown[] = [];
  void client.forEach((message) => void received.push(message));
  void client.send("a");
  await turns(10);
  await vi.advanceTimersByTimeAsync(250);
  void client.send("b");
  void client.send("c");
  await turns(10);
  await vi.advanceTimersByTimeAsync(249);
  await turns(10);
  expect(received).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  await turns(10);
  expect(received).toEqual(["a"]);
  await vi.advanceTimersByTimeAsync(250);
  await turns(10);
  expect(received).toEqual(["a", "b", "c"]);
  client.terminate();
});

test("the end comes after what was said before", async () => {
  const { client, over } = start(async (connection) => {
    void connection.send("last");
    await connection.close();
  });
  const received: unknown[] = [];
  const read = client.forEach((message) => void received.push(message));
  await turns(10);
  expect(client.state).toBe("open");
  await vi.advanceTimersByTimeAsync(500);
  await read;
  await over;
  expect(received).toEqual(["last"]);
});

test("a client that has gone takes everything with it", async () => {
  let ended = false;
  const { client, over } = start(async (connection) => {
    void connection.send("never seen");
    await connection.closed;
    ended = true;
  });
  await turns(10);
  client.terminate();
  await over;
  expect(ended).toBe(true);
  await turns(10);
  // (Closing has timers too, which the clock of the connections clears.)
  expect(vi.getTimerCount()).toBe(0);
});
