import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import type { Connection } from "../../../../src/connection/connection.ts";
import { createDdp } from "../../../../src/ddp/server/index.ts";
import type { Ddp } from "../../../../src/ddp/server/index.ts";
import type { PollingRequest } from "../../../../src/ddp/sockjs/polling.ts";
import type { SockJsOptions } from "../../../../src/ddp/sockjs/options.ts";
import { sockJs } from "../../../../src/ddp/sockjs/sockjs.ts";
import type { SockJs } from "../../../../src/ddp/sockjs/sockjs.ts";
import { FakeClock } from "../../../../src/testing/fake-clock.ts";
import { RecordingLogger } from "../../../support/recording-logger.ts";
import { Poller } from "../../../support/sockjs.ts";
import { isPending, turns } from "../../../support/turns.ts";

interface Fixture {
  readonly sockjs: SockJs;
  readonly clock: FakeClock;
  readonly logger: RecordingLogger;
  readonly connections: Connection[];
}

/** A server that keeps its connections, and runs `handler` for each. */
function start(
  handler: (connection: Connection) => unknown = (connection) => connection.closed,
  options: SockJsOptions = {},
): Fixture {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const connections: Connection[] = [];
  const sockjs = sockJs(
    (connection) => {
      connections.push(connection);
      return handler(connection);
    },
    { clock, logger, ...options },
  );
  onTestFinished(async () => {
    const closed = sockjs.close();
    await clock.advanceAsync(20_000);
    await closed;
    await clock.advanceAsync(5000);
    expect(clock.timers).toBe(0);
    expect(sockjs.polling).toBe(0);
  });
  return { sockjs, clock, logger, connections };
}

const echo = async (connection: Connection): Promise<void> => {
  for await (const message of connection) await connection.send(message);
};

test("polls are answered with frames, and what is sent is received", async () => {
  const { sockjs } = start(echo);
  const client = new Poller(sockjs);
  expect(await client.poll()).toBe("o\n");
  const poll = client.poll();
  expect(await isPending(poll)).toBe(true);
  expect(await client.send('["a","b"]')).toBe("204");
  expect(await poll).toBe('a["a","b"]\n');
  expect(await client.send('["c"]')).toBe("204");
  expect(await client.send('["d"]')).toBe("204");
  expect(await client.poll()).toBe('a["c","d"]\n');
});

test("a session of DDP", async () => {
  const ddp = createDdp();
  const { sockjs } = start(ddp.handler);
  const client = new Poller(sockjs);
  expect(await client.poll()).toBe("o\n");
  await client.send('["{\\"msg\\":\\"connect\\",\\"version\\":\\"1\\",\\"support\\":[\\"1\\"]}"]');
  expect(await client.poll()).toMatch(/^a\["\{\\"msg\\":\\"connected\\"/);
  await client.send('["not json"]');
  expect(await client.poll()).toBe('a["{\\"msg\\":\\"error\\",\\"reason\\":\\"Bad request\\"}"]\n');
  const closed = ddp.close();
  expect(await client.poll()).toMatch(/^c\[1001,/);
  await closed;
});

test("the handler knows the client's address and header fields", async () => {
  const { sockjs, connections } = start();
  await new Poller(sockjs, "abcdefgh", { "X-Real-IP": "192.0.2.7" }).poll();
  const { headers, remoteAddress } = (connections[0] as Connection).request as PollingRequest;
  expect(headers.get("x-real-ip")).toBe("192.0.2.7");
  expect(remoteAddress).toBe("192.0.2.1");
});

test("only one poll at a time", async () => {
  const { sockjs, connections } = start();
  const client = new Poller(sockjs);
  await client.poll();
  const first = client.poll();
  expect(await client.poll()).toBe('c[2010,"Another connection still open"]\n');
  void connections[0]?.send("x");
  expect(await first).toBe('a["x"]\n');
});

test("a poll that waits gets a heartbeat", async () => {
  const { sockjs, clock } = start();
  const client = new Poller(sockjs);
  await client.poll();
  const poll = client.poll();
  await turns();
  await clock.advanceAsync(24_999);
  expect(await isPending(poll)).toBe(true);
  await clock.advanceAsync(1);
  expect(await poll).toBe("h\n");
});

test("who doesn't poll any more is gone", async () => {
  const { sockjs, clock, connections } = start();
  const client = new Poller(sockjs);
  await client.poll();
  await clock.advanceAsync(4999);
  expect(connections[0]?.state).toBe("open");
  await clock.advanceAsync(1);
  expect(await connections[0]?.closed).toMatchObject({ code: 1006, initiator: "remote" });
  expect(sockjs.polling).toBe(0);
  expect(await client.send('["a"]')).toBe("404 Not Found");
  expect(await client.poll()).toBe("o\n");
});

test("who goes away in a poll has lost what it would have brought, and is told", async () => {
  const { sockjs, connections } = start();
  const client = new Poller(sockjs);
  await client.poll();
  const leaving = new AbortController();
  const poll = client.poll(leaving.signal);
  await turns();
  leaving.abort();
  await poll;
  expect(await connections[0]?.closed).toMatchObject({ code: 1006 });
  expect(await client.poll()).toBe('c[1002,"Connection interrupted"]\n');
});

test("a close comes after what was sent, and is repeated to who asks again", async () => {
  const { sockjs, connections } = start();
  const client = new Poller(sockjs);
  await client.poll();
  void connections[0]?.send("last");
  const closed = connections[0]?.close(3000, "Go away!");
  expect(await client.poll()).toBe('a["last"]\n');
  expect(await client.poll()).toBe('c[3000,"Go away!"]\n');
  expect(await closed).toMatchObject({ code: 3000, wasClean: true, initiator: "local" });
  expect(await client.poll()).toBe('c[3000,"Go away!"]\n');
  expect(await client.send('["a"]')).toBe("404 Not Found");
});

test("a poll that waits hears of a close at once", async () => {
  const { sockjs, connections } = start();
  const client = new Poller(sockjs);
  await client.poll();
  const poll = client.poll();
  await turns();
  void connections[0]?.close(1000, "");
  expect(await poll).toBe('c[1000,""]\n');
});

test("the connection is closed when the handler returns, and with 1011 when it fails", async () => {
  const { sockjs } = start(() => {});
  const client = new Poller(sockjs);
  expect(await client.poll()).toBe("o\n");
  expect(await client.poll()).toBe('c[1000,""]\n');
  const failing = start(() => Promise.reject(new Error("no")));
  const other = new Poller(failing.sockjs);
  expect(await other.poll()).toBe("o\n");
  expect(await other.poll()).toBe('c[1011,""]\n');
  expect(failing.logger.of("error")).toEqual(["error: the handler of a SockJS connection failed:"]);
});

test("what a body is not is said as SockJS says it", async () => {
  const { sockjs } = start(echo);
  const client = new Poller(sockjs);
  await client.poll();
  expect(await client.send("")).toBe("500 Payload expected.");
  expect(await client.send('["a')).toBe("500 Broken JSON encoding.");
  expect(await client.send('"a"')).toBe("500 Payload expected.");
  expect(await client.send("[]")).toBe("204");
  expect(await client.send('["a"]')).toBe("204");
  expect(await client.poll()).toBe('a["a"]\n');
});

test("a body has a limit", async () => {
  const { sockjs } = start(echo, { maxMessage: 10 });
  const client = new Poller(sockjs);
  await client.poll();
  expect(await client.send('["1234567"]')).toMatch(/^413/);
  expect(await client.send('["123456"]')).toBe("204");
});

test("who reads slowly makes the client wait", async () => {
  const { sockjs, connections } = start();
  const client = new Poller(sockjs);
  await client.poll();
  const text = "x".repeat(60_000);
  const sent: Promise<string>[] = [];
  for (let count = 0; count < 8; count++) {
    sent.push(client.send(JSON.stringify([`${count}${text}`])));
    await turns(5);
  }
  const last = sent.at(-1) as Promise<string>;
  expect(await isPending(last)).toBe(true);
  for (let count = 0; count < 8; count++) {
    expect(await connections[0]?.recv()).toBe(`${count}${text}`);
  }
  expect(await last).toBe("204");
});

test("what waits to be received has a limit", async () => {
  const { sockjs, connections } = start();
  const client = new Poller(sockjs);
  await client.poll();
  const text = JSON.stringify(["x".repeat(200_000)]);
  const sent: Promise<string>[] = [];
  for (let count = 0; count < 8; count++) {
    sent.push(client.send(text));
    await turns(5);
  }
  await Promise.all(sent);
  expect(await client.poll()).toBe('c[1008,""]\n');
  expect(await connections[0]?.closed).toMatchObject({ code: 1008 });
});

test("what waits to be sent has a limit", async () => {
  const { sockjs, connections } = start(undefined, { maxSendQueue: 100_000 });
  const client = new Poller(sockjs);
  await client.poll();
  for (let count = 0; count < 10; count++) void connections[0]?.send("x".repeat(50_000));
  await turns(5);
  expect(connections[0]?.state).toBe("closing");
});

test("sessions are bounded, and their ids neither short nor long", async () => {
  const { sockjs } = start(undefined, { maxSessions: 1 });
  expect(await new Poller(sockjs, "abc").poll()).toBe("404 Not Found");
  expect(await new Poller(sockjs, "a".repeat(65)).poll()).toBe("404 Not Found");
  expect(await new Poller(sockjs, "abcdefg.").poll()).toBe("404 Not Found");
  expect(await new Poller(sockjs, "__proto__").poll()).toBe("o\n");
  expect(await new Poller(sockjs, "ijklmnop").poll()).toBe("503 Service Unavailable");
});

test("a session is of the page that began it", async () => {
  const origins = ["https://a.example", "https://b.example"];
  const { sockjs, connections } = start(undefined, { origins });
  const client = new Poller(sockjs, "abcdefgh", { Origin: "https://a.example" });
  const thief = new Poller(sockjs, "abcdefgh", { Origin: "https://b.example" });
  expect(await client.poll()).toBe("o\n");
  void connections[0]?.send("secret");
  expect(await thief.poll()).toBe("404 Not Found");
  expect(await thief.send('["a"]')).toBe("404 Not Found");
  expect(await client.poll()).toBe('a["secret"]\n');
});

test("the end of the server is told to all, and nobody else comes in", async () => {
  const { sockjs, clock } = start();
  const client = new Poller(sockjs);
  await client.poll();
  const poll = client.poll();
  await turns();
  const closed = sockjs.close();
  expect(await poll).toBe('c[1001,""]\n');
  await closed;
  expect(await new Poller(sockjs, "ijklmnop").poll()).toBe("503 Service Unavailable");
  await clock.advanceAsync(5000);
});

test("a session of DDP goes on with another session of SockJS", async () => {
  const { sockjs, clock } = start((connection) => ddp.handler(connection));
  const ddp: Ddp = createDdp({ clock });
  const connect = (resume: object): string =>
    JSON.stringify([JSON.stringify({ msg: "connect", version: "1", support: ["1"], ...resume })]);
  const client = new Poller(sockjs);
  await client.poll();
  await client.send(connect({}));
  const [connected = ""] = JSON.parse((await client.poll()).slice(1)) as string[];
  const { session } = JSON.parse(connected) as { session: string };
  await clock.advanceAsync(5000);
  expect(sockjs.polling).toBe(0);

  const again = new Poller(sockjs, "ijklmnop");
  await again.poll();
  await again.send(connect({ session, receivedCount: 1 }));
  expect(await again.poll()).toBe(
    `a[${JSON.stringify(JSON.stringify({ msg: "connected", session }))}]\n`,
  );
  const closed = ddp.close();
  await again.poll();
  await closed;
});

test("whatever the order of polls and of messages, these arrive in theirs", async () => {
  const step = fc.constantFrom("poll", "send", "turn", "say");
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const clock = new FakeClock();
      const heard: string[] = [];
      let connection!: Connection;
      const sockjs = sockJs(
        (opened) => {
          connection = opened;
          return opened.forEach((message) => void heard.push(String(message)));
        },
        { clock },
      );
      const client = new Poller(sockjs);
      await client.poll();
      const read: string[] = [];
      let polling: Promise<void> | undefined;
      const poll = async (): Promise<void> => {
        const frame = await client.poll();
        if (frame.startsWith("a")) read.push(...(JSON.parse(frame.slice(1)) as string[]));
        polling = undefined;
      };
      const counts = { send: 0, say: 0 };
      for (const what of steps) {
        if (what === "poll") polling ??= poll();
        else if (what === "turn") await turns(3);
        else if (what === "say") void connection.send(String(++counts.say));
        else expect(await client.send(JSON.stringify([String(++counts.send)]))).toBe("204");
      }
      while (read.length < counts.say) {
        polling ??= poll();
        await turns(1);
      }
      expect(read).toEqual(Array.from({ length: counts.say }, (_, index) => String(index + 1)));
      expect(heard).toEqual(Array.from({ length: counts.send }, (_, index) => String(index + 1)));
      const closed = connection.close();
      polling ??= poll();
      await closed;
      await clock.advanceAsync(5000);
      expect(clock.timers).toBe(0);
    }),
    { numRuns: 50 },
  );
});
