import { describe, expect, onTestFinished, test } from "vitest";
import type {
  Channels,
  ChannelsOptions,
  StreamRequest,
} from "../../../../../src/channels/server/index.ts";
import { createChannels } from "../../../../../src/channels/server/index.ts";
import { memoryEngine } from "../../../../../src/engine/memory/memory-engine.ts";
import type { Bus } from "../../../../../src/engine/bus.ts";
import type { Engine } from "../../../../../src/engine/engine.ts";
import { FakeClock } from "../../../../../src/testing/fake-clock.ts";
import { isPending, turns, until } from "../../../../support/turns.ts";

const PEER = { address: "192.0.2.1" };
const JSON_TYPE = { "Content-Type": "application/json" };
const CONNECT = '{"id":1,"connect":{}}';

function make(options: ChannelsOptions = {}): Channels {
  const channels = createChannels({
    anonymous: true,
    namespaces: { "": { access: { subscribe: "anyone", publish: "anyone" } } },
    logger: { error: () => expect.unreachable(), warn: () => expect.unreachable() },
    ...options,
  });
  onTestFinished(() => void channels.close());
  return channels;
}

function post(path: string, body: BodyInit | null, init: RequestInit = {}): Request {
  return new Request(`http://a.example${path}`, {
    method: "POST",
    headers: JSON_TYPE,
    body,
    ...(body instanceof ReadableStream && { duplex: "half" }),
    ...init,
  });
}

interface Stream {
  readonly response: Response;
  /** The next reply. */
  next(): Promise<unknown>;
  leave(): Promise<void>;
}

async function stream(channels: Channels, body = CONNECT, init: RequestInit = {}): Promise<Stream> {
  const response = await channels.streamHandler(post("/connection/http_stream", body, init), PEER);
  const replies = lines(response.body!);
  return {
    response,
    next: async () => {
      const { done, value } = await replies.next();
      return done ? "the end" : JSON.parse(value);
    },
    leave: async () => void (await replies.return(undefined)),
  };
}

async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  let text = "";
  for await (const chunk of body) {
    text += Buffer.from(chunk).toString();
    const parts = text.split("\n");
    text = parts.pop() as string;
    yield* parts;
  }
  return undefined;
}

interface Place {
  readonly session: string;
  readonly node: string;
}

async function connected(channels: Channels): Promise<Stream & Place> {
  const made = await stream(channels);
  const { connect } = (await made.next()) as { connect: Place };
  return { ...made, session: connect.session, node: connect.node };
}

async function emulate(
  channels: Channels,
  place: Place,
  data: unknown,
  init: RequestInit = {},
): Promise<number> {
  const { session, node } = place;
  const body = JSON.stringify({ session, node, data });
  return (await channels.emulationHandler(post("/emulation", body, init), PEER)).status;
}

describe("a stream", () => {
  test("is what intermediaries must neither keep nor hold back", async () => {
    const { response } = await stream(make());
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toEqual({
      "cache-control": "no-store, no-transform",
      "content-type": "application/json",
      "x-accel-buffering": "no",
    });
  });

  test("answers the commands that it begins with", async () => {
    const { next } = await stream(
      make(),
      `${CONNECT}\n{"id":2,"subscribe":{"channel":"a"}}\n{"id":3,"publish":{"channel":"a","data":{"b":1}}}`,
    );
    expect(await next()).toMatchObject({ id: 1, connect: { ping: 25, pong: true } });
    expect(await next()).toMatchObject({ id: 2, subscribe: {} });
    const rest = JSON.stringify([await next(), await next()]);
    expect(rest).toContain('{"id":3,"publish":{}}');
    expect(rest).toContain('{"push":{"channel":"a","pub":{"data":{"b":1}');
  });

  test("shows hooks the request as a handshake does", async () => {
    let seen: StreamRequest | undefined;
    const channels = make({
      hooks: {
        connect: async ({ request, transport }) => {
          expect(transport).toBe("http_stream");
          seen = request as StreamRequest;
          return { user: "u" };
        },
      },
    });
    const { next } = await stream(channels, CONNECT, { headers: { ...JSON_TYPE, Cookie: "a=1" } });
    await next();
    expect(seen).toMatchObject({
      method: "POST",
      url: "/connection/http_stream",
      host: "a.example",
      origin: undefined,
      remoteAddress: "192.0.2.1",
      secure: false,
    });
    expect(seen?.headers.get("cookie")).toBe("a=1");
  });

  test("breaking the rules ends it with the code", async () => {
    for (const body of [
      "not JSON",
      "{}",
      '{"id":1,"publish":{"channel":"a"}}',
      "[]",
      '{"connect":{}}',
    ]) {
      const { next } = await stream(make(), body);
      expect(await next()).toEqual({ push: { disconnect: { code: 3501, reason: "bad request" } } });
      expect(await next()).toBe("the end");
    }
  });

  test("commands that are nested too deeply break the rules, and no server", async () => {
    const deep = `${"[".repeat(30_000)}${"]".repeat(30_000)}`;
    const errors: unknown[] = [];
    const logger = { error: (...data: unknown[]) => errors.push(data), warn: () => {} };
    const { next } = await stream(make({ logger }), `${CONNECT}\n{"id":2,"rpc":{"data":${deep}}}`);
    const replies = [await next(), await next()];
    expect(JSON.stringify(replies)).toContain('"disconnect":{"code":3501');
    expect(errors).toEqual([]);
  });

  test("a client that does not say who it is has so much time", async () => {
    const clock = new FakeClock();
    const { next } = await stream(make({ clock, connectTimeout: 1000 }), "\n");
    clock.advance(1000);
    expect(await next()).toEqual({ push: { disconnect: { code: 3502, reason: "stale" } } });
    expect(await next()).toBe("the end");
  });

  test("the end of the server is told, to those who come later too", async () => {
    const channels = make();
    const { next } = await connected(channels);
    const closed = channels.close();
    const shutdown = { push: { disconnect: { code: 3001, reason: "shutdown" } } };
    expect([await next(), await next()]).toEqual([shutdown, "the end"]);
    await closed;
    const late = await stream(channels);
    expect([await late.next(), await late.next()]).toEqual([shutdown, "the end"]);
  });

  test("a client that goes away while it connects leaves nothing", async () => {
    const gone = new AbortController();
    let admit!: (identity: { user: string }) => void;
    const channels = make({
      hooks: { connect: () => new Promise((resolve) => (admit = resolve)) },
    });
    const { response } = await stream(channels, CONNECT, { signal: gone.signal });
    const read = response
      .body!.getReader()
      .read()
      .catch(() => ({ done: true }));
    gone.abort();
    admit({ user: "u" });
    expect((await read).done).toBe(true);
    await turns(3);
    expect(await channels.connections()).toEqual([]);
    await channels.close();
  });

  test("a client that stops reading is ended as slow, with bounded memory", async () => {
    const clock = new FakeClock();
    const ended: number[] = [];
    const channels = make({
      clock,
      maxQueue: 100_000,
      onEvent: (event) => void (event.type === "disconnect" && ended.push(event.code)),
    });
    const made = await stream(channels, `${CONNECT}\n{"id":2,"subscribe":{"channel":"a"}}`);
    await made.next();
    await made.next();
    for (let count = 0; count < 50; count++)
      await channels.publish("a", JSON.stringify("x".repeat(10_000)));
    expect(ended).toEqual([]);
    clock.advance(10_000);
    await until(() => ended.length > 0, "the client to be given up");
    expect(await channels.connections()).toEqual([]);
  });
});

describe("commands of a client with a stream", () => {
  test("are done in their order, as text or as they are", async () => {
    const channels = make();
    const made = await connected(channels);
    expect(await emulate(channels, made, '{"id":2,"subscribe":{"channel":"a"}}')).toBe(204);
    expect(await made.next()).toMatchObject({ id: 2 });
    expect(await emulate(channels, made, { id: 3, publish: { channel: "a", data: 1 } })).toBe(204);
    expect([await made.next(), await made.next()]).toHaveLength(2);
    const many = Array.from({ length: 100 }, (_, index) => {
      return emulate(channels, made, `{"id":${10 + index},"rpc":{"method":"no"}}`);
    });
    expect(new Set(await Promise.all(many))).toEqual(new Set([204]));
    for (let index = 0; index < 100; index++) {
      expect(await made.next()).toMatchObject({ id: 10 + index, error: { code: 104 } });
    }
  });

  test("find nobody without the id of a session", async () => {
    const channels = make();
    const { node, session, leave } = await connected(channels);
    const [{ client } = { client: "" }] = await channels.connections();
    for (const guess of ["", "guess", client, "__proto__", session.toUpperCase(), `${session} `]) {
      expect(await emulate(channels, { node, session: guess }, "{}"), guess).toBe(404);
    }
    for (const other of ["", "unknown", "__proto__"]) {
      expect(await emulate(channels, { node: other, session: "guess" }, "{}")).toBe(404);
    }
    await leave();
    await turns(3);
    expect(await emulate(channels, { node, session }, "{}")).toBe(404);
    expect(await channels.connections()).toEqual([]);
  });

  test("are refused when they are malformed", async () => {
    const channels = make();
    const bodies = [
      "",
      "x",
      "[]",
      "null",
      "1",
      "{}",
      '{"session":"a","data":"{}"}',
      '{"node":"a","data":"{}"}',
      '{"session":1,"node":"a","data":"{}"}',
      '{"session":"a","node":"a"}',
      new Uint8Array([0xff]),
      `{"session":"a","node":"a","data":${"[".repeat(20_000)}${"]".repeat(20_000)}}`,
    ];
    for (const body of bodies) {
      const { status } = await channels.emulationHandler(post("/emulation", body), PEER);
      expect([400, 404], String(body).slice(0, 60)).toContain(status);
    }
  });

  test("that break the rules end the stream with the code", async () => {
    const channels = make();
    for (const data of ["not JSON", "{}", '{"id":9,"connect":{}}']) {
      const made = await connected(channels);
      expect(await emulate(channels, made, data)).toBe(204);
      expect(await made.next()).toMatchObject({ push: { disconnect: { code: 3501 } } });
      expect(await made.next()).toBe("the end");
    }
  });

  test("wait while too many are under way, and then go on", async () => {
    const waiting: (() => void)[] = [];
    const rpc = (): Promise<string> => new Promise((resolve) => waiting.push(() => resolve("1")));
    const channels = make({ hooks: { rpc } });
    const made = await connected(channels);
    const data = (id: number): string => `{"id":${id},"rpc":{"data":"${"x".repeat(10_000)}"}}`;
    const sent: Promise<number>[] = [];
    do {
      sent.push(emulate(channels, made, data(sent.length + 2)));
      // (As between requests that come over a network.)
      await turns();
    } while (!(await isPending(sent.at(-1)!)) && sent.length < 40);
    sent.push(emulate(channels, made, data(sent.length + 2)));
    expect(sent.length).toBeLessThan(40);
    for (let answered = 0; answered < sent.length; answered++) {
      await until(() => waiting.length > 0, "a command");
      waiting.shift()!();
      expect(await made.next()).toMatchObject({ id: 2 + answered });
    }
    expect(new Set(await Promise.all(sent))).toEqual(new Set([204]));
  });
});

describe("both endpoints", () => {
  const both = ["streamHandler", "emulationHandler"] as const;

  test("take POST alone", async () => {
    for (const name of both) {
      for (const method of ["GET", "HEAD", "PUT", "DELETE"]) {
        const response = await make()[name](new Request("http://a/", { method }), PEER);
        expect([response.status, response.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
      }
    }
  });

  test("take the types of the protocol alone", async () => {
    for (const name of both) {
      for (const type of [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "",
      ]) {
        const request = post("/", CONNECT, { headers: { "Content-Type": type } });
        expect((await make()[name](request, PEER)).status).toBe(415);
      }
      const bare = post("/", Buffer.from(CONNECT), { headers: {} });
      expect((await make()[name](bare, PEER)).status).toBe(415);
    }
    const headers = { "Content-Type": "Application/JSON; charset=utf-8" };
    expect((await stream(make(), CONNECT, { headers })).response.status).toBe(200);
  });

  test("refuse Protobuf that is none", async () => {
    const headers = { "Content-Type": "application/octet-stream" };
    for (const body of [Buffer.from([0x0a, 0xff]), Buffer.from([0x0b]), Buffer.alloc(1, 0x80)]) {
      const response = await make().emulationHandler(post("/", body, { headers }), PEER);
      expect(response.status).toBe(400);
    }
  });

  test("refuse bodies that are too large, whether or not they say so", async () => {
    for (const name of both) {
      const channels = make({ streaming: { maxMessage: 1000 } });
      expect((await channels[name](post("/", "x".repeat(1001)), PEER)).status).toBe(413);
      let pulled = 0;
      let cancelled = false;
      const endless = new ReadableStream({
        pull: (controller) => (pulled++, controller.enqueue(new Uint8Array(100))),
        cancel: () => void (cancelled = true),
      });
      expect((await channels[name](post("/", endless), PEER)).status).toBe(413);
      expect(pulled).toBeLessThan(15);
      expect(cancelled).toBe(true);
      const headers = { ...JSON_TYPE, "Content-Length": "1001" };
      expect((await channels[name](post("/", null, { headers }), PEER)).status).toBe(413);
    }
    expect(
      (await stream(make({ streaming: { maxMessage: CONNECT.length } }))).response.status,
    ).toBe(200);
  });

  test("give up on bodies that never end, or break off", async () => {
    for (const name of both) {
      const clock = new FakeClock();
      const channels = make({ clock, connectTimeout: 1000 });
      const answer = channels[name](post("/", new ReadableStream()), PEER);
      await turns();
      clock.advance(1000);
      expect((await answer).status).toBe(408);
      const broken = new ReadableStream({ pull: () => Promise.reject(new Error("gone")) });
      expect((await channels[name](post("/", broken), PEER)).status).toBe(400);
    }
  });

  test("need something in the body that is text", async () => {
    for (const body of ["", new Uint8Array([0xff, 0xfe])]) {
      const { status } = await make().streamHandler(post("/", body), PEER);
      expect(status).toBe(400);
    }
  });

  test("are for pages of the same host, unless there are others", async () => {
    const from = (origin: string): RequestInit => ({ headers: { ...JSON_TYPE, Origin: origin } });
    for (const name of both) {
      const own = make();
      const refused = await own[name](post("/", CONNECT, from("http://evil.example")), PEER);
      expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([
        403,
        null,
      ]);
      const same = await own[name](post("/", CONNECT, from("http://a.example")), PEER);
      expect(same.status).not.toBe(403);
      const listed = make({ streaming: { origins: ["https://b.example"] } });
      for (const origin of ["http://a.example", "null", "https://b.example.evil", "x"]) {
        expect((await listed[name](post("/", CONNECT, from(origin)), PEER)).status).toBe(403);
      }
      const { headers } = await listed[name](post("/", CONNECT, from("https://b.example")), PEER);
      expect(headers.get("access-control-allow-origin")).toBe("https://b.example");
      expect(headers.get("access-control-allow-credentials")).toBe("true");
      expect(headers.get("vary")).toBe("Origin");
      const any = make({ streaming: { origins: "any" } });
      const open = await any[name](post("/", CONNECT, from("https://c.example")), PEER);
      expect(open.headers.get("access-control-allow-origin")).toBe("https://c.example");
      expect(open.headers.get("access-control-allow-credentials")).toBeNull();
    }
  });

  test("answer browsers that ask first", async () => {
    const ask = (origin: string): Request =>
      new Request("http://a.example/", {
        method: "OPTIONS",
        headers: { Origin: origin, "Access-Control-Request-Method": "POST" },
      });
    for (const name of both) {
      const channels = make({ streaming: { origins: ["https://b.example"] } });
      const { status, headers } = await channels[name](ask("https://b.example"), PEER);
      expect(status).toBe(204);
      expect(Object.fromEntries(headers)).toEqual({
        "access-control-allow-credentials": "true",
        "access-control-allow-headers": "Content-Type",
        "access-control-allow-methods": "POST",
        "access-control-allow-origin": "https://b.example",
        "access-control-max-age": "600",
        allow: "POST, OPTIONS",
        vary: "Origin",
      });
      expect((await channels[name](ask("https://c.example"), PEER)).status).toBe(403);
    }
  });

  test("have options that are checked", () => {
    expect(() => createChannels({ streaming: { maxMessage: 0 } })).toThrow(RangeError);
    expect(() => createChannels({ streaming: { origins: ["b.example"] } })).toThrow(TypeError);
    expect(() => createChannels({ streaming: { origin: [] } as never })).toThrow(/origins/);
  });
});

describe("several servers", () => {
  test("over one engine find each other's clients", async () => {
    const engine = memoryEngine();
    const [a, b] = [make({ engine }), make({ engine })];
    const made = await connected(a);
    expect(await emulate(b, made, '{"id":2,"ping":{}}')).toBe(204);
    expect(await made.next()).toEqual({ id: 2, ping: {} });
    await b.close();
    expect(await emulate(a, made, '{"id":3,"ping":{}}')).toBe(204);
    expect(await made.next()).toEqual({ id: 3, ping: {} });
    expect(await emulate(a, { ...made, session: "guess" }, "{}")).toBe(404);
  });

  test("on several nodes pass commands on, in their order", async () => {
    const [one, two] = linked();
    const [a, b, other] = [make({ engine: one }), make({ engine: two }), make({ engine: one })];
    const made = await connected(a);
    const sent = Array.from({ length: 50 }, (_, index) =>
      emulate(b, made, `{"id":${index + 2},"ping":{}}`),
    );
    expect(new Set(await Promise.all(sent))).toEqual(new Set([204]));
    for (let index = 0; index < 50; index++)
      expect(await made.next()).toMatchObject({ id: index + 2 });
    expect(await emulate(b, { ...made, session: "guess" }, "{}")).toBe(404);
    expect(await emulate(b, { ...made, node: "dead" }, "{}")).toBe(404);
    expect(await emulate(other, made, '{"id":99,"ping":{}}')).toBe(204);
    expect(await made.next()).toMatchObject({ id: 99 });
  });

  test("a node that does not answer is as good as gone", async () => {
    const clock = new FakeClock();
    const [one] = linked(["silent"]);
    const channels = make({ engine: one, clock });
    const answer = emulate(channels, { session: "s", node: "silent" }, "{}");
    await turns(3);
    expect(await isPending(answer)).toBe(true);
    clock.advance(5000);
    expect(await answer).toBe(404);
  });

  test("an engine that fails is answered with 503", async () => {
    const engine = memoryEngine();
    const channels = make({ engine });
    await engine.close();
    expect(await emulate(channels, { session: "s", node: "other" }, "{}")).toBe(503);
  });
});

/** Two engines that are nodes of one deployment; `others` are alive too, and say nothing. */
function linked(others: readonly string[] = []): [Engine, Engine] {
  const engines = [memoryEngine(), memoryEngine()] as const;
  const byNode = new Map(engines.map(({ bus }) => [bus.node, bus]));
  const receivers = new Map(
    engines.map(({ bus }) => [bus.node, new Set<Parameters<Bus["receive"]>[0]>()]),
  );
  const link = (engine: Engine): Engine => {
    const { bus } = engine;
    const linkedBus: Bus = {
      node: bus.node,
      publish: (topic, data) => bus.publish(topic, data),
      subscribe: (topic, listener) => bus.subscribe(topic, listener),
      nodes: async () => [...byNode.keys(), ...others],
      receive(listener) {
        receivers.get(bus.node)!.add(listener);
        return () => void receivers.get(bus.node)!.delete(listener);
      },
      async send(node, data) {
        await turns();
        for (const receiver of receivers.get(node) ?? []) receiver(data, bus.node);
      },
    };
    return {
      bus: linkedBus,
      streams: engine.streams,
      presence: engine.presence,
      close: () => engine.close(),
    };
  };
  return [link(engines[0]), link(engines[1])];
}
