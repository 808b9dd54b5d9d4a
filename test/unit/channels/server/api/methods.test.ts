import { describe, expect, test, vi } from "vitest";
import { setUp } from "./support.ts";

const result = (value: unknown): object => ({ result: value });
const error = (code: number, message?: unknown): object => ({
  error: { code, message: message ?? (expect.any(String) as unknown) },
});

describe("publish", () => {
  test("answers with the place in the history, and subscribers get it", async () => {
    const { call, client } = setUp();
    const ann = await client("ann");
    await ann.subscribe("news:today");
    const answer = await call("publish", {
      channel: "news:today",
      data: { title: "Hello" },
      tags: { lang: "en" },
    });
    expect(answer).toEqual(result({ offset: 1, epoch: expect.any(String) as unknown }));
    expect(await ann.push()).toEqual({
      channel: "news:today",
      pub: { data: { title: "Hello" }, offset: 1, tags: { lang: "en" } },
    });
  });

  test("keeps data exactly as it was written, but for line breaks", async () => {
    const { call, client } = setUp();
    const ann = await client("ann");
    await ann.subscribe("news:today");
    const data = '{"n":12345678901234567890,\n "f":1.0,"s":"a\\n\\"}\\u00e4, [" , "n":[1e400]}';
    await call("publish", `{"data" : ${data} ,"channel":"news:today"}`);
    const text = await ann.next();
    expect(text).toContain(`"data":${data.replace("\n", " ")},`);
    expect(text).not.toContain("\n");
  });

  test("takes any JSON, null too", async () => {
    const { call, channels } = setUp();
    for (const data of ["null", "0", '""', "false", "[]", "{}", '"text"']) {
      await call("publish", `{"channel":"news:any","data":${data}}`);
    }
    const { publications } = await channels.history("news:any");
    expect(publications.map(({ data }) => data)).toEqual([
      "null",
      "0",
      '""',
      "false",
      "[]",
      "{}",
      '"text"',
    ]);
  });

  test("takes base64, of JSON and of other bytes; it counts when both are there", async () => {
    const { call, channels } = setUp();
    const base64 = (text: string): string => Buffer.from(text).toString("base64");
    const publish = (b64data: string): Promise<unknown> =>
      call("publish", { channel: "news:b", data: 1, b64data });
    await publish(base64('{"a":1}'));
    await publish(base64("\u00ff\u0000"));
    expect((await channels.history("news:b")).publications.map(({ data }) => data)).toEqual([
      '{"a":1}',
      Buffer.from("\u00ff\u0000"),
    ]);
    expect(await publish("****")).toEqual(error(107, "b64data has to be base64"));
    expect(await publish("abc")).toEqual(error(107, "b64data has to be base64"));
  });

  test("skip_history", async () => {
    const { call, channels } = setUp();
    const answer = await call("publish", { channel: "news:s", data: 1, skip_history: true });
    expect(answer).toEqual(result({}));
    expect((await channels.history("news:s")).publications).toEqual([]);
  });

  test("an idempotency key, in the body or in a header, lets it happen once", async () => {
    const { call, channels } = setUp();
    const body = { channel: "news:once", data: 1 };
    const first = await call("publish", { ...body, idempotency_key: "a" });
    expect(await call("publish", { ...body, idempotency_key: "a" })).toEqual(first);
    const header = { "Idempotency-Key": "b" };
    const second = await call("publish", body, header);
    expect(await call("publish", body, header)).toEqual(second);
    // The one in the body is closer to what it is about.
    expect(await call("publish", { ...body, idempotency_key: "a" }, header)).toEqual(first);
    expect((await channels.history("news:once")).offset).toBe(2);
  });

  test("exclude: a client that doesn't get it", async () => {
    const { call, client } = setUp();
    const [ann, bob] = [await client("ann"), await client("bob")];
    await ann.subscribe("plain:x");
    await bob.subscribe("plain:x");
    await call("publish", { channel: "plain:x", data: 1, exclude: ann.id });
    await call("publish", { channel: "plain:x", data: 2 });
    expect(await ann.push()).toEqual({ channel: "plain:x", pub: { data: 2 } });
    expect(await bob.push()).toEqual({ channel: "plain:x", pub: { data: 1 } });
  });

  test.each([
    ["no channel", { data: 1 }, 107, "channel is missing"],
    ["no data", { channel: "news:x" }, 107, "data is missing"],
    ["an unknown namespace", { channel: "olds:x", data: 1 }, 102, "unknown channel"],
    ["a long name", { channel: `news:${"x".repeat(251)}`, data: 1 }, 107, "bad request"],
    ["a channel of another type", { channel: 5, data: 1 }, 107, "channel has to be a string"],
    [
      "tags of another type",
      { channel: "news:x", data: 1, tags: { a: 1 } },
      107,
      "tags has to be an object of strings",
    ],
    [
      "a flag of another type",
      { channel: "news:x", data: 1, skip_history: "yes" },
      107,
      "skip_history has to be a boolean",
    ],
    ["a version", { channel: "news:x", data: 1, version: 3 }, 108, "version is not supported"],
  ])("refuses %s", async (_, body, code, message) => {
    expect(await setUp().call("publish", body)).toEqual(error(code, message));
  });

  test("null is nothing, and names of prototypes are ordinary", async () => {
    const { call, channels } = setUp();
    const body =
      '{"channel":"news:p","data":1,"tags":{"__proto__":"x"},"exclude":null,"__proto__":{}}';
    expect(await call("publish", body)).toEqual(result(expect.anything()));
    const { publications } = await channels.history("news:p");
    expect([...(publications[0]?.tags ?? [])]).toEqual([["__proto__", "x"]]);
  });
});

describe("broadcast", () => {
  test("gives way when it is much, and answers for each channel", async () => {
    const { call } = setUp();
    const channels = Array.from({ length: 40 }, (_, index) => `news:${index}`);
    let isDone = false;
    const answer = call("broadcast", { channels, data: "x".repeat(100_000) }).finally(() => {
      isDone = true;
    });
    // (Publishing in memory takes no turn of its own.)
    let turns = 0;
    while (!isDone) {
      await new Promise((resolve) => setImmediate(resolve));
      turns++;
    }
    expect(turns).toBeGreaterThan(10);
    expect(await answer).toMatchObject({ result: { responses: { length: 40 } } });
  });

  test("has a result or an error for each channel", async () => {
    const { call, client } = setUp();
    const ann = await client("ann");
    await ann.subscribe("plain:b");
    const channels = ["news:a", "olds:x", "plain:b"];
    expect(await call("broadcast", { channels, data: { a: 1 } })).toEqual(
      result({
        responses: [
          result({ offset: 1, epoch: expect.any(String) as unknown }),
          error(102, "unknown channel"),
          result({}),
        ],
      }),
    );
    expect(await ann.push()).toEqual({ channel: "plain:b", pub: { data: { a: 1 } } });
  });

  test("with a key happens once in each channel", async () => {
    const { call, channels } = setUp();
    const body = { channels: ["news:a", "news:b"], data: 1 };
    const header = { "Idempotency-Key": "b" };
    expect(await call("broadcast", body, header)).toEqual(await call("broadcast", body, header));
    expect((await channels.history("news:b")).offset).toBe(1);
  });

  test("needs channels and data", async () => {
    const { call } = setUp();
    expect(await call("broadcast", { data: 1 })).toEqual(error(107, "channels is missing"));
    expect(await call("broadcast", { channels: [], data: 1 })).toEqual(error(107));
    expect(await call("broadcast", { channels: ["news:a"] })).toEqual(error(107));
    expect(await call("broadcast", { channels: [1], data: 1 })).toEqual(
      error(107, "channels has to be a list of strings"),
    );
  });
});

describe("subscribe and unsubscribe", () => {
  test("a user, with data, info and what overrides the namespace", async () => {
    const { call, client, channels } = setUp();
    const ann = await client("ann");
    const answer = await call("subscribe", {
      user: "ann",
      channel: "plain:x",
      info: { role: "admin" },
      b64data: Buffer.from('{"hello":1}').toString("base64"),
      override: { presence: { value: true }, join_leave: { value: true } },
    });
    expect(answer).toEqual(result({}));
    expect(await ann.push()).toEqual({ channel: "plain:x", subscribe: { data: { hello: 1 } } });
    const chan_info = { role: "admin" };
    expect(await ann.push()).toEqual({
      channel: "plain:x",
      join: { info: { user: "ann", client: ann.id, conn_info: { name: "ann" }, chan_info } },
    });
    expect(await call("unsubscribe", { user: "ann", channel: "plain:x" })).toEqual(result({}));
    expect(await ann.push()).toEqual({
      channel: "plain:x",
      unsubscribe: { code: 2000, reason: "server unsubscribe" },
    });
    expect(await channels.channels()).toEqual(new Map());
  });

  test("one connection of a user, by client or by session", async () => {
    const { call, client } = setUp();
    const [one, two] = [await client("ann"), await client("ann")];
    await call("subscribe", { user: "ann", client: one.id, channel: "plain:one" });
    await call("subscribe", { session: two.session, channel: "plain:two" });
    expect(await one.push()).toMatchObject({ channel: "plain:one" });
    expect(await two.push()).toMatchObject({ channel: "plain:two" });
    // Both have to be right.
    await call("subscribe", { user: "bob", client: one.id, channel: "plain:no" });
    await call("subscribe", { user: "ann", channel: "plain:both" });
    expect(await one.push()).toMatchObject({ channel: "plain:both" });
  });

  test("recover_since brings what was published since then", async () => {
    const { call, client } = setUp();
    const { result: first } = (await call("publish", { channel: "news:r", data: 1 })) as {
      result: { epoch: string };
    };
    await call("publish", { channel: "news:r", data: 2 });
    const ann = await client("ann");
    const recover_since = { offset: 1, epoch: first.epoch };
    await call("subscribe", { user: "ann", channel: "news:r", recover_since });
    expect(await ann.push()).toMatchObject({ subscribe: { recoverable: true, offset: 1 } });
    expect(await ann.push()).toMatchObject({ pub: { data: 2, offset: 2 } });
  });

  test("bytes as info and data reach clients in base64", async () => {
    const { call, client, channels } = setUp();
    const ann = await client("ann");
    const bytes = Buffer.from([0xff, 0]).toString("base64");
    await call("subscribe", { user: "ann", channel: "news:b", b64info: bytes, b64data: bytes });
    expect(await ann.push()).toMatchObject({ subscribe: { data: bytes } });
    const info = (await channels.presence("news:b")).get(ann.id);
    expect(info?.chan_info).toEqual(Buffer.from([0xff, 0]));
    expect(await call("presence", { channel: "news:b" })).toMatchObject(
      result({ presence: { [ann.id]: { chan_info: bytes } } }),
    );
  });

  test.each([
    ["subscribe", { channel: "plain:x" }, "user, client or session is missing"],
    ["unsubscribe", { channel: "plain:x", user: "" }, "user, client or session is missing"],
    ["subscribe", { user: "ann" }, "channel is missing"],
    ["unsubscribe", { user: "ann" }, "channel is missing"],
    ["subscribe", { user: "a", channel: "plain:x", expire_at: -1 }, undefined],
    ["subscribe", { user: "a", channel: "plain:x", expire_at: "soon" }, undefined],
    ["subscribe", { user: "a", channel: "plain:x", override: { presence: true } }, undefined],
    ["subscribe", { user: "a", channel: "plain:x", recover_since: { offset: -1 } }, undefined],
  ])("%s refuses %j", async (method, body, message) => {
    expect(await setUp().call(method, body)).toEqual(error(107, message));
  });

  test.each(["subscribe", "unsubscribe"])("%s refuses an unknown channel", async (method) => {
    expect(await setUp().call(method, { user: "ann", channel: "olds:x" })).toEqual(error(102));
  });
});

describe("disconnect", () => {
  test("ends all connections of a user but those that may stay", async () => {
    const { call, client } = setUp();
    const [one, two, bob] = [await client("ann"), await client("ann"), await client("bob")];
    expect(await call("disconnect", { user: "ann", whitelist: [two.id] })).toEqual(result({}));
    expect(await one.connection.closed).toMatchObject({ code: 3503, reason: "force disconnect" });
    expect([two.connection.state, bob.connection.state]).toEqual(["open", "open"]);
  });

  test("with a code and a reason of the application", async () => {
    const { call, client } = setUp();
    const ann = await client("ann");
    await call("disconnect", { client: ann.id, disconnect: { code: 4500, reason: "banned" } });
    expect(await ann.connection.closed).toMatchObject({ code: 4500, reason: "banned" });
  });

  test.each([
    ["nobody", {}],
    ["a code of WebSockets", { user: "ann", disconnect: { code: 1000, reason: "" } }],
    ["a code that there is not", { user: "ann", disconnect: { code: 99999 } }],
    ["a long reason", { user: "ann", disconnect: { code: 4500, reason: "x".repeat(124) } }],
    ["a reason in JSON", { user: "ann", disconnect: { code: 4500, reason: "42" } }],
    ["a whitelist of another type", { user: "ann", whitelist: "x" }],
  ])("refuses %s", async (_, body) => {
    const { call, client } = setUp();
    const ann = await client("ann");
    expect(await call("disconnect", body)).toEqual(error(107));
    expect(ann.connection.state).toBe("open");
  });
});

test("what clients of typed languages send for nothing is nothing", async () => {
  const { call, client } = setUp();
  const ann = await client("ann");
  const nothing = { client: "", session: null, b64info: "", info: null, data: null, b64data: null };
  await call("subscribe", {
    ...nothing,
    user: "ann",
    channel: "news:x",
    override: { presence: null, join_leave: {} },
    recover_since: null,
    expire_at: 0,
  });
  expect(await ann.push()).toMatchObject({ subscribe: { recoverable: true } });
  const { result } = (await call("presence", { channel: "news:x" })) as {
    result: { presence: Record<string, object> };
  };
  expect(Object.keys(result.presence[ann.id] ?? {})).toEqual(["user", "client", "conn_info"]);
  await call("disconnect", { ...nothing, user: "ann", disconnect: { code: 0, reason: "" } });
  expect(await ann.connection.closed).toMatchObject({ code: 3503, reason: "force disconnect" });
});

describe("refresh", () => {
  const now = (): number => Math.floor(Date.now() / 1000);

  test("tells clients until when they may stay, or that they may for good", async () => {
    const { call, client } = setUp();
    const ann = await client("ann");
    expect(await call("refresh", { user: "ann", expire_at: now() + 100 })).toEqual(result({}));
    expect(await ann.push()).toMatchObject({ refresh: { expires: true } });
    await call("refresh", { user: "ann", info: { name: "Ann" } });
    expect(await ann.push()).toEqual({ refresh: {} });
    await ann.subscribe("news:x");
    expect(await call("presence", { channel: "news:x" })).toMatchObject(
      result({ presence: { [ann.id]: { conn_info: { name: "Ann" } } } }),
    );
  });

  test.each([
    ["expired", { expired: true }],
    ["a time that is over", { expire_at: 1000 }],
  ])("%s ends the connection", async (_, body) => {
    const { call, client } = setUp();
    const ann = await client("ann");
    await call("refresh", { user: "ann", ...body });
    expect(await ann.connection.closed).toMatchObject({ code: 3005 });
  });

  test("is about somebody", async () => {
    expect(await setUp().call("refresh", { expired: true })).toEqual(error(107));
  });
});

describe("presence and presence_stats", () => {
  test("say who is there", async () => {
    const { call, client } = setUp();
    const clients = [await client("ann"), await client("ann"), await client("bob")];
    for (const one of clients) await one.subscribe("news:x");
    const presence = Object.fromEntries(
      clients.map(({ id }, index) => {
        const user = index === 2 ? "bob" : "ann";
        return [id, { client: id, user, conn_info: { name: user } }];
      }),
    );
    expect(await call("presence", { channel: "news:x" })).toEqual(result({ presence }));
    expect(await call("presence_stats", { channel: "news:x" })).toEqual(
      result({ num_clients: 3, num_users: 2 }),
    );
  });

  test("of nobody is an empty map", async () => {
    const { call } = setUp();
    expect(await call("presence", { channel: "news:x" })).toEqual(result({ presence: {} }));
    expect(await call("presence_stats", { channel: "news:x" })).toEqual(
      result({ num_clients: 0, num_users: 0 }),
    );
  });

  test.each(["presence", "presence_stats"])(
    "%s is refused where it is not kept",
    async (method) => {
      const { call } = setUp();
      expect(await call(method, { channel: "plain:x" })).toEqual(error(108));
      expect(await call(method, { channel: "olds:x" })).toEqual(error(102));
      expect(await call(method, {})).toEqual(error(107));
    },
  );
});

describe("history and history_remove", () => {
  test("read what was published, from either end", async () => {
    const { call, channels } = setUp();
    for (const data of ["1", "2", "3"]) await channels.publish("news:h", data);
    const read = async (query: object): Promise<unknown> => {
      const answer = await call("history", { channel: "news:h", ...query });
      return (answer as { result: { publications: { data: unknown }[] } }).result.publications.map(
        ({ data }) => data,
      );
    };
    const { epoch } = await channels.history("news:h");
    expect(await call("history", { channel: "news:h" })).toEqual(
      result({ publications: [], offset: 3, epoch }),
    );
    expect(await call("history", { channel: "news:h", limit: 1 })).toEqual(
      result({ publications: [{ data: 1, offset: 1 }], offset: 3, epoch }),
    );
    expect(await read({ limit: -1 })).toEqual([1, 2, 3]);
    expect(await read({ limit: 2, reverse: true })).toEqual([3, 2]);
    expect(await read({ limit: -1, since: { offset: 2, epoch } })).toEqual([3]);
    expect(await read({ limit: -1, since: { offset: 2, epoch }, reverse: true })).toEqual([1]);
  });

  test("another epoch can't be read", async () => {
    const { call } = setUp();
    const since = { offset: 1, epoch: "other" };
    expect(await call("history", { channel: "news:h", limit: 1, since })).toEqual(error(112));
  });

  test("say which client published, if one did", async () => {
    const { call, client } = setUp();
    const ann = await client("ann");
    await ann.connection.send(`{"id":9,"publish":{"channel":"chat:x","data":"hi"}}`);
    await ann.next();
    const info = { user: "ann", client: ann.id, conn_info: { name: "ann" } };
    expect(await call("history", { channel: "chat:x", limit: -1 })).toMatchObject(
      result({ publications: [{ data: "hi", offset: 1, info }] }),
    );
  });

  test("refuse limits that make no sense, and channels without a history", async () => {
    const { call } = setUp();
    expect(await call("history", { channel: "news:h", limit: -2 })).toEqual(error(107));
    expect(await call("history", { channel: "news:h", limit: 1.5 })).toEqual(error(107));
    expect(await call("history", { channel: "plain:h" })).toEqual(error(108));
  });

  test("remove leaves an empty list", async () => {
    const { call, channels } = setUp();
    await channels.publish("news:h", "1");
    expect(await call("history_remove", { channel: "news:h" })).toEqual(result({}));
    expect(await call("history", { channel: "news:h", limit: -1 })).toMatchObject(
      result({ publications: [] }),
    );
    expect(await call("history_remove", { channel: "plain:h" })).toEqual(error(108));
    expect(await call("history_remove", {})).toEqual(error(107));
  });
});

describe("what there is", () => {
  test("channels, all or like a pattern", async () => {
    const { call, client } = setUp();
    expect(await call("channels")).toEqual(result({ channels: {} }));
    const ann = await client("ann");
    await ann.subscribe("plain:x");
    await ann.subscribe("news:x");
    const all = { "plain:x": { num_clients: 1 }, "news:x": { num_clients: 1 } };
    expect(await call("channels")).toEqual(result({ channels: all }));
    expect(await call("channels", { pattern: "" })).toEqual(result({ channels: all }));
    expect(await call("channels", { pattern: "news:*" })).toEqual(
      result({ channels: { "news:x": { num_clients: 1 } } }),
    );
  });

  test("connections, by user and by channel", async () => {
    const { call, client } = setUp();
    expect(await call("connections")).toEqual(result({ connections: {} }));
    const [ann, bob] = [await client("ann"), await client("bob")];
    await ann.subscribe("plain:x");
    const facts = {
      [ann.id]: {
        user: "ann",
        session: ann.session,
        transport: "websocket",
        protocol: "json",
        state: { channels: { "plain:x": {} } },
      },
    };
    expect(await call("connections", { user: "ann" })).toEqual(result({ connections: facts }));
    expect(await call("connections", { channel: "plain:x" })).toEqual(
      result({ connections: facts }),
    );
    expect(await call("connections", { user: "bob", channel: "plain:x" })).toEqual(
      result({ connections: {} }),
    );
    const { result: all } = (await call("connections")) as { result: { connections: object } };
    expect(Object.keys(all.connections)).toEqual([ann.id, bob.id]);
  });

  test("info about the node", async () => {
    const { call, client } = setUp();
    await (await client("ann")).subscribe("plain:x");
    const uid = expect.any(String) as unknown;
    expect(await call("info")).toEqual(
      result({
        nodes: [
          {
            uid,
            name: uid,
            version: "1.0.0",
            num_clients: 1,
            num_users: 1,
            num_subs: 1,
            num_channels: 1,
            uptime: 0,
            metrics: { interval: 0, items: { num_dropped: 0 } },
          },
        ],
      }),
    );
  });
});

test("what nobody foresaw is logged, and not shown", async () => {
  const { call, channels, logger } = setUp();
  vi.spyOn(channels, "presence").mockRejectedValue(new Error("secret of the engine"));
  vi.spyOn(channels, "publish").mockRejectedValue(new Error("secret of the engine"));
  const internal = error(100, "internal server error");
  expect(await call("presence", { channel: "news:x" })).toEqual(internal);
  expect(await call("broadcast", { channels: ["news:x"], data: 1 })).toEqual(
    result({ responses: [internal] }),
  );
  expect(logger.of("error")).toHaveLength(2);
});
