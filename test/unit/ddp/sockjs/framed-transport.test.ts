import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import type { Connection } from "../../../../src/connection/connection.ts";
import { prepare } from "../../../../src/connection/prepared-message.ts";
import { createDdp } from "../../../../src/ddp/server/index.ts";
import { sockJs } from "../../../../src/ddp/sockjs/sockjs.ts";
import type { SockJs } from "../../../../src/ddp/sockjs/sockjs.ts";
import { FakeClock } from "../../../../src/testing/fake-clock.ts";
import { NO_VECTORS, vectors } from "../../../support/ddp-vectors.ts";
import { openFramed, openRaw, take } from "../../../support/sockjs.ts";
import { turns } from "../../../support/turns.ts";

const CONNECT = '{"msg":"connect","version":"1","support":["1","pre2","pre1"]}';

/** A server whose handler is the test's. */
function serving(handler: (connection: Connection) => unknown, clock?: FakeClock): SockJs {
  const sockjs = sockJs(handler, { clock });
  onTestFinished(() => sockjs.close());
  return sockjs;
}

function ddp(): SockJs {
  const server = createDdp();
  onTestFinished(() => server.close());
  server.methods({ fast: () => "fast" });
  return serving(server.handler);
}

test("messages go in frames, in both directions", async () => {
  const client = openFramed(
    serving(async (connection) => {
      for await (const message of connection) await connection.send(`got ${String(message)}`);
    }),
  );
  void client.send('["a","b"]');
  void client.send('"c"');
  expect(await take(client, 4)).toEqual(["o", 'a["got a"]', 'a["got b"]', 'a["got c"]']);
});

test("a session of DDP, as it was recorded", async () => {
  const client = openFramed(ddp());
  expect(await take(client, 1)).toEqual(["o"]);
  void client.send(JSON.stringify([CONNECT]));
  const [connected] = await take(client, 1);
  expect(connected).toMatch(/^a\["\{\\"msg\\":\\"connected\\",\\"session\\":\\"[^"\\]+\\"\}"\]$/);
  void client.send(
    '["{\\"msg\\":\\"method\\",\\"id\\":\\"1\\",\\"method\\":\\"fast\\"}","{\\"msg\\":\\"ping\\",\\"id\\":\\"q\\"}"]',
  );
  expect(await take(client, 3)).toEqual([
    'a["{\\"msg\\":\\"pong\\",\\"id\\":\\"q\\"}"]',
    'a["{\\"msg\\":\\"updated\\",\\"methods\\":[\\"1\\"]}"]',
    'a["{\\"msg\\":\\"result\\",\\"id\\":\\"1\\",\\"result\\":\\"fast\\"}"]',
  ]);
  const bad = 'a["{\\"msg\\":\\"error\\",\\"reason\\":\\"Bad request\\"}"]';
  void client.send('{"msg":"ping"}');
  expect(await take(client, 1)).toEqual([bad]);
  void client.send('""');
  expect(await take(client, 1)).toEqual([bad]);
  void client.send("[]");
  void client.send('["not json"]');
  expect(await take(client, 1)).toEqual([bad]);
  void client.send("bad");
  expect(await client.closed).toMatchObject({ code: 3000, reason: "Broken framing." });
});

test("what was recorded of Meteor's server is what is tested here", ({ skip }) => {
  const text = vectors("golden-transcripts-1.txt");
  if (text === undefined) skip(NO_VECTORS);
  const recorded = text?.split("### sockjs websocket")[1]?.split("###")[0];
  expect(recorded).toContain('S> a["{\\"msg\\":\\"pong\\",\\"id\\":\\"q\\"}"]');
  expect(recorded).toContain('C> {"msg":"ping"}\n  S> a["{\\"msg\\":\\"error\\"');
  expect(recorded).toContain("S> [close 3000 Broken framing.]");
});

test("without frames, a session of DDP is as over any WebSocket", async () => {
  const client = openRaw(ddp());
  void client.send(CONNECT);
  const [connected = ""] = await take(client, 1);
  expect(JSON.parse(connected)).toEqual({ msg: "connected", session: expect.any(String) });
});

test("a close is told in a frame, and by the WebSocket", async () => {
  const client = openFramed(
    serving(async (connection) => {
      void connection.send("last");
      await connection.close(4001, "enough");
    }),
  );
  expect(await take(client, 3)).toEqual(["o", 'a["last"]', 'c[4001,"enough"]']);
  expect(await client.closed).toMatchObject({ code: 4001, reason: "enough" });
});

test("the connection is closed when the handler returns, and what it throws is for the server", async () => {
  const client = openFramed(serving(() => {}));
  expect(await take(client, 2)).toEqual(["o", 'c[1000,""]']);
  const failing = openFramed(
    serving(() => {
      throw new Error("no");
    }),
  );
  expect((await failing.closed).code).toBe(1011);
});

test("the handler learns how the client left, with what it said before", async () => {
  let ended: Promise<unknown> | undefined;
  const received: unknown[] = [];
  const client = openFramed(
    serving(async (connection) => {
      ended = connection.closed;
      await turns(5);
      for await (const message of connection) received.push(message);
    }),
  );
  void client.send('["a","b"]');
  await client.close(3001, "bye");
  expect(await ended).toMatchObject({ code: 3001, reason: "bye", initiator: "remote" });
  await turns(5);
  expect(received).toEqual(["a", "b"]);
});

test("one who reads nothing learns of the end too", async () => {
  let ended: Promise<unknown> | undefined;
  const client = openFramed(
    serving(async (connection) => {
      ended = connection.closed;
      await ended;
    }),
  );
  const text = JSON.stringify(["x".repeat(50_000)]);
  for (let count = 0; count < 10; count++) void client.send(text);
  await turns(20);
  client.terminate();
  expect(await ended).toMatchObject({ code: 1006 });
});

test("who does not read makes the client wait, and loses nothing", async () => {
  let read!: Connection;
  const client = openFramed(
    serving(async (connection) => {
      read = connection;
      await connection.closed;
    }),
  );
  const text = "x".repeat(60_000);
  for (let count = 0; count < 20; count++) {
    void client.send(JSON.stringify([`${count} ${text}`]));
    await turns(2);
  }
  expect(client.bufferedAmount).toBeGreaterThan(500_000);
  for (let count = 0; count < 20; count++) expect(await read.recv()).toBe(`${count} ${text}`);
  expect(client.bufferedAmount).toBe(0);
});

test("there are heartbeats, and none once it is over", async () => {
  const clock = new FakeClock();
  const client = openFramed(
    serving((connection) => connection.closed, clock),
    clock,
  );
  expect(await take(client, 1)).toEqual(["o"]);
  await clock.advanceAsync(50_000);
  expect(await take(client, 2)).toEqual(["h", "h"]);
  await client.close();
  await turns(5);
  expect(clock.timers).toBe(0);
});

test("the heartbeats of many have one timer", async () => {
  const clock = new FakeClock();
  const sockjs = serving((connection) => connection.closed, clock);
  const first = openFramed(sockjs, clock);
  const { timers } = clock;
  expect(timers).toBeGreaterThan(0);
  const others = Array.from({ length: 10 }, () => openFramed(sockjs, clock));
  expect(clock.timers).toBe(timers);
  await first.close();
  await clock.advanceAsync(25_000);
  for (const other of others) expect(await take(other, 2)).toEqual(["o", "h"]);
});

test("a message for many is framed once, and bytes are refused unless they are text", async () => {
  const shared = prepare("for all");
  const errors: unknown[] = [];
  const sockjs = serving(async (connection) => {
    void connection.send(shared);
    void connection.send(new TextEncoder().encode("as text"), { text: true });
    try {
      void connection.send(new Uint8Array(1));
    } catch (error) {
      errors.push(error);
    }
    await connection.closed;
  });
  for (const client of [openFramed(sockjs), openFramed(sockjs)]) {
    expect(await take(client, 3)).toEqual(["o", 'a["for all"]', 'a["as text"]']);
  }
  expect(shared.derived.size).toBe(1);
  expect(errors).toEqual([expect.any(TypeError), expect.any(TypeError)]);
});

test("the connection has the data and the request of the one below", async () => {
  const seen: unknown[] = [];
  const client = openFramed(serving((connection) => void seen.push(connection.request)));
  await client.closed;
  expect(seen).toEqual([client.request]);
});

test("whatever a client sends is received as text, or ends its connection with 3000", async () => {
  const frame = fc.oneof(
    fc.string(),
    fc.json(),
    fc.array(fc.oneof(fc.string(), fc.jsonValue())).map((values) => JSON.stringify(values)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { maxLength: 8 }), async (frames) => {
      const received: unknown[] = [];
      const sockjs = sockJs((connection) =>
        connection.forEach((message) => void received.push(message)),
      );
      const client = openFramed(sockjs);
      for (const text of frames) void client.send(text);
      await turns(5);
      const { code } = await client.close();
      const isBroken = frames.some((text) => text !== "" && !isJson(text));
      expect(code).toBe(isBroken ? 3000 : 1000);
      expect(received.every((message) => typeof message === "string")).toBe(true);
    }),
    { numRuns: 100 },
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
