import { describe, expect, test } from "vitest";
import { createDdp, DdpError, memoryDatabase } from "../../../../../src/ddp/server/index.ts";
import type {
  Ddp,
  Document,
  IdGeneration,
  MemoryCollection,
  MethodInvocation,
  WriteRules,
} from "../../../../../src/ddp/server/index.ts";
import { DdpPeer } from "../../../../support/ddp-peer.ts";
import type { Json } from "../../../../support/ddp-peer.ts";

interface Thing extends Document {
  readonly _id: string;
  readonly owner?: string;
  readonly world?: string;
  readonly n?: number;
  readonly tags?: string[];
}

interface Setting {
  readonly ddp: Ddp;
  readonly things: MemoryCollection<Thing>;
  /** Calls the method, and resolves with what it resulted in: a value, or the number and text of its error. */
  call(method: string, ...params: unknown[]): Promise<unknown>;
}

const yes = (): boolean => true;
const no = (): boolean => false;

async function setting(idGeneration: IdGeneration = "STRING"): Promise<Setting> {
  const ddp = createDdp({ logger: { error: () => {}, warn: () => {} } });
  const things = memoryDatabase().collection<Thing>("things", { idGeneration });
  const peer = await DdpPeer.connect(ddp);
  let calls = 0;
  return {
    ddp,
    things,
    async call(method, ...params) {
      peer.send({ msg: "method", id: `${calls++}`, method, params });
      const answers = await peer.takeAll(2);
      const { error, result } = answers.find(({ msg }) => msg === "result") as Json;
      const { error: code, reason } = (error ?? {}) as Json;
      return error ? `${String(code)} ${String(reason)}` : result;
    },
  };
}

const DENIED = "403 Access denied";

test("without rules there are no methods", async () => {
  const { call } = await setting();
  for (const kind of ["insert", "update", "remove", "insertAsync", "upsert"]) {
    expect(await call(`/things/${kind}`, {})).toBe(`404 Method '/things/${kind}' not found`);
  }
});

test("calling allow restricts: what no rule is for is denied", async () => {
  const { ddp, things, call } = await setting();
  await things.insert({ _id: "a" });
  ddp.allow(things, { insert: yes });
  expect(await call("/things/insert", { _id: "b" })).toBe("b");
  expect(await call("/things/update", "a", { $set: { n: 1 } })).toBe(DENIED);
  expect(await call("/things/remove", "a")).toBe(DENIED);
  expect(await call("/things/remove", "none")).toBe(DENIED);
});

test("locked down: rules that deny alone, or none in them, allow nothing", async () => {
  const { ddp, things, call } = await setting();
  ddp.deny(things, { insert: no });
  ddp.allow(things, {});
  for (const params of [
    ["insert", {}],
    ["update", "a", { $set: { n: 1 } }],
    ["remove", "a"],
  ]) {
    expect(await call(`/things/${String(params[0])}`, ...params.slice(1))).toBe(DENIED);
  }
  expect(await things.find().count()).toBe(0);
});

test("both names of each method do the same", async () => {
  const { ddp, things, call } = await setting();
  ddp.allow(things, { insert: yes, update: yes, remove: yes });
  for (const name of ["", "Async"]) {
    expect(await call(`/things/insert${name}`, { _id: "a", n: 1 })).toBe("a");
    expect(await call(`/things/update${name}`, { _id: "a" }, { $inc: { n: 1 } })).toBe(1);
    expect(await things.findOne("a")).toEqual({ _id: "a", n: 2 });
    expect(await call(`/things/remove${name}`, { _id: "a" })).toBe(1);
    expect(await call(`/things/remove${name}`, "a")).toBe(0);
    expect(await call(`/things/update${name}`, "a", { $inc: { n: 1 } })).toBe(0);
  }
});

test("partial allow: one rule of several is enough, and each judges what it knows", async () => {
  const { ddp, things, call } = await setting();
  await things.insert({ _id: "a", n: 1 });
  ddp.allow(things, { insert: (_invocation, { world }) => world === "hello", update: no });
  ddp.allow(things, {
    update: (_invocation, _document, fields) => !fields.includes("owner"),
  });
  expect(await call("/things/insert", { world: "nope" })).toBe(DENIED);
  expect(await call("/things/insert", { world: "hello" })).toMatch(/^\w{17}$/);
  expect(await call("/things/update", "a", { $set: { owner: "me" } })).toBe(DENIED);
  expect(await call("/things/update", "a", { $set: { "owner.x": "me" } })).toBe(DENIED);
  expect(await call("/things/update", "a", { $set: { n: 2 } })).toBe(1);
  expect(await call("/things/update", "a", { $set: { n: 3 }, $inc: { owner: 1 } })).toBe(DENIED);
  expect(await things.findOne("a")).toEqual({ _id: "a", n: 2 });
});

test("partial deny: one rule is enough against all that allow", async () => {
  const { ddp, things, call } = await setting();
  await things.insert({ _id: "a", n: 1 });
  const all: WriteRules<Thing> = { insert: yes, update: yes, remove: yes };
  ddp.allow(things, all);
  ddp.allow(things, all);
  ddp.deny(things, { insert: (_invocation, { world }) => world === "bad" });
  ddp.deny(things, {
    update: (_invocation, _document, fields) => fields.includes("n"),
    remove: no,
  });
  expect(await call("/things/insert", { world: "bad" })).toBe(DENIED);
  expect(await call("/things/insert", { _id: "b", world: "good" })).toBe("b");
  expect(await call("/things/update", "a", { $set: { n: 2 } })).toBe(DENIED);
  expect(await call("/things/update", "a", { $set: { owner: "x" } })).toBe(1);
  expect(await call("/things/remove", "a")).toBe(1);
});

test("fetch: rules get the fields that they ask for, and all if one of them doesn't say", async () => {
  const { ddp, things, call } = await setting();
  await things.insert({ _id: "a", owner: "me", world: "w", n: 1 });
  const seen: unknown[] = [];
  const look = (_invocation: MethodInvocation, document: Thing): boolean => {
    seen.push(document);
    return true;
  };
  ddp.allow(things, { update: look, fetch: ["owner"] });
  await call("/things/update", "a", { $set: { n: 2 } });
  ddp.deny(things, { update: no, fetch: ["n"] });
  await call("/things/update", "a", { $set: { n: 3 } });
  ddp.deny(things, { update: no });
  await call("/things/update", "a", { $set: { n: 4 } });
  ddp.allow(things, { remove: look, fetch: [] });
  await call("/things/remove", "a");
  expect(seen).toEqual([
    { _id: "a", owner: "me" },
    { _id: "a", owner: "me", n: 2 },
    { _id: "a", owner: "me", world: "w", n: 3 },
    { _id: "a" },
  ]);
});

test("update options: an upsert is refused, and everything that is no single id", async () => {
  const { ddp, things, call } = await setting();
  await things.insert({ _id: "a" });
  ddp.allow(things, { update: yes, remove: yes });
  const set = { $set: { n: 1 } };
  expect(await call("/things/update", "a", set, { upsert: true })).toBe(
    "403 Access denied. Upserts not allowed in a restricted collection.",
  );
  expect(await call("/things/update", "a", set, { multi: true })).toBe(1);
  expect(await call("/things/update", "a", set, null)).toBe(1);
  expect(await call("/things/update", "a", set, 5)).toMatch(/^409 /);
  const selectors = [{}, { n: 1 }, { _id: "a", n: 1 }, { _id: { $in: ["a"] } }, [], null, "", true];
  for (const selector of selectors) {
    for (const kind of ["update", "remove"]) {
      expect(await call(`/things/${kind}`, selector, set)).toBe(
        `403 Not permitted. Untrusted code may only ${kind} documents by ID.`,
      );
    }
  }
  expect(await things.find().fetch()).toEqual([{ _id: "a", n: 1 }]);
});

test("replacements and operators that rules can't judge are refused", async () => {
  const { ddp, things, call } = await setting();
  await things.insert({ _id: "a", world: "w", tags: ["x"] });
  ddp.allow(things, { update: yes });
  const replacing =
    "403 Access denied. In a restricted collection you can only update documents, not replace them.";
  for (const modifier of [{}, { n: 1 }, { $set: { n: 1 }, n: 1 }, { $set: {} }]) {
    expect(await call("/things/update", "a", modifier)).toBe(replacing);
  }
  for (const operator of ["$rename", "$setOnInsert", "$currentDate", "$where", "$__proto__"]) {
    expect(await call("/things/update", "a", { [operator]: { world: "n" } })).toBe(
      `403 Access denied. Operator ${operator} not allowed in a restricted collection.`,
    );
  }
  // (A stranger's pattern could take for ever.)
  for (const tags of [
    { $regexp: "(a+)+$", $flags: "" },
    { $in: [{ $regexp: "x", $flags: "" }] },
    { $regex: "x" },
  ]) {
    expect(await call("/things/update", "a", { $pull: { tags } })).toMatch(/^409 /);
  }
  for (const modifier of [null, 5, "x", [], { $set: 5 }, { $set: null }, { $set: [1] }]) {
    expect(await call("/things/update", "a", modifier)).toMatch(/^409 /);
  }
  expect(await things.find().fetch()).toEqual([{ _id: "a", world: "w", tags: ["x"] }]);
});

test("what the collection refuses is a 409 for the client", async () => {
  const { ddp, things, call } = await setting();
  await things.insert({ _id: "a", world: "w" });
  ddp.allow(things, { insert: yes, update: yes });
  expect(await call("/things/insert", { _id: "a" })).toMatch(/^409 /);
  for (const document of [null, 5, [], "x", { _id: {} }, { _id: "" }, { $set: 1 }, undefined]) {
    expect(await call("/things/insert", document)).toMatch(/^409 /);
  }
  expect(await call("/things/update", "a", { $inc: { world: 1 } })).toMatch(/^409 /);
  expect(await call("/things/update", "a", { $set: { _id: "b" } })).toMatch(/^409 /);
  expect(await things.find().fetch()).toEqual([{ _id: "a", world: "w" }]);
});

describe.each(["STRING", "MONGO"] as const)("ids, %s", (idGeneration) => {
  test("restricted collection allows client-side id, and rules see the id in any case", async () => {
    const { ddp, things, call } = await setting(idGeneration);
    const seen: unknown[] = [];
    ddp.allow(things, {
      insert(_invocation, document) {
        seen.push(document._id);
        return true;
      },
    });
    expect(await call("/things/insert", { _id: "mine", n: 1 })).toBe("mine");
    await call("/things/insert", { n: 2 });
    const stored = await things.find({}, { sort: { n: 1 } }).fetch();
    expect(seen).toEqual(stored.map(({ _id }) => _id));
  });
});

test("allow and deny validate options", async () => {
  const { ddp, things } = await setting();
  for (const rules of [
    { insert: "yes" },
    { insert: true },
    { instert: yes },
    { transform: yes },
    { fetch: "owner" },
    { fetch: [1] },
    undefined,
    [],
  ]) {
    expect(() => ddp.allow(things, rules as never)).toThrow(TypeError);
    expect(() => ddp.deny(things, rules as never)).toThrow(TypeError);
  }
  expect(() => ddp.allow(things, { instert: yes } as never)).toThrow(/did you mean "insert"/);
});

test("two collections of one name can't both be written to by clients", async () => {
  const { ddp, things } = await setting();
  ddp.allow(things, { insert: yes });
  const other = memoryDatabase().collection("things");
  expect(() => ddp.allow(other, { insert: yes })).toThrow(TypeError);
});

test("async definitions on allow and deny rules", async () => {
  const { ddp, things, call } = await setting();
  ddp.allow(things, { insert: async () => true });
  ddp.deny(things, { insert: async (_invocation, { world }) => world === "bad" });
  expect(await call("/things/insert", { _id: "a" })).toBe("a");
  expect(await call("/things/insert", { _id: "b", world: "bad" })).toBe(DENIED);
});

test("a rule that throws denies: with its DdpError, or without a word", async () => {
  const { ddp, things, call } = await setting();
  ddp.allow(things, {
    insert(_invocation, { n }) {
      throw n === 1 ? new DdpError("quota", "too many") : new TypeError("a mistake");
    },
  });
  expect(await call("/things/insert", { n: 1 })).toBe("quota too many");
  expect(await call("/things/insert", { n: 2 })).toBe("500 Internal server error");
  expect(await things.find().count()).toBe(0);
});

test("what rules do to what they get is not written, what they write is undone with a denied write", async () => {
  const { ddp, things, call } = await setting();
  const log = things.database.collection("log");
  await things.insert({ _id: "a", n: 1 });
  ddp.allow(things, {
    insert(_invocation, document) {
      (document as { owner: string }).owner = "scribble";
      return true;
    },
    async update(_invocation, document, _fields, modifier) {
      (document as { n: number }).n = 99;
      (modifier as { $set: Record<string, unknown> }).$set["owner"] = "scribble";
      await log.insert({});
      return modifier["$set"] !== undefined && (modifier["$set"] as Thing).n === 2;
    },
  });
  await call("/things/insert", { _id: "b" });
  expect(await things.findOne("b")).toEqual({ _id: "b" });
  expect(await call("/things/update", "a", { $set: { n: 2 } })).toBe(1);
  expect(await call("/things/update", "a", { $set: { n: 3 } })).toBe(DENIED);
  expect(await things.findOne("a")).toEqual({ _id: "a", n: 2 });
  expect(await log.find().count()).toBe(1);
});

test("validate server operations: the server itself writes as it likes", async () => {
  const { ddp, things } = await setting();
  ddp.deny(things, { insert: yes, update: yes, remove: yes });
  ddp.methods({ write: () => things.insert({ _id: "a" }) });
  await things.insert({ _id: "b" });
  expect(await things.update({}, { n: 1 })).toMatchObject({ count: 1 });
  expect(await things.remove({})).toBe(1);
});

test("names of prototypes are fields, and harm nothing", async () => {
  const { ddp, things, call } = await setting();
  ddp.allow(things, { insert: yes, update: yes });
  await call("/things/insert", JSON.parse('{"_id":"a","__proto__":{"x":1}}'));
  for (const path of [
    "__proto__.polluted",
    "constructor.prototype.polluted",
    "a.__proto__.polluted",
  ]) {
    await call("/things/update", "a", JSON.parse(`{"$set":{"${path}":1}}`));
  }
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  expect(await things.find().count()).toBe(1);
});
