import { expect, test } from "vitest";
import { memoryDatabase, ObjectId } from "../../../../../src/ddp/server/index.ts";
import type { FindOptions, Selector } from "../../../../../src/ddp/server/index.ts";
import { queryKey } from "../../../../../src/ddp/server/collections/query-key.ts";
import { Recorder } from "../../../../support/recorder.ts";

const key = (selector: unknown, options: FindOptions = {}, collection = "c"): string =>
  queryKey({ collection, selector: selector as Selector, options });

test("the same queries have the same key", () => {
  expect(key({ a: 1, b: 2 })).toBe(key({ b: 2, a: 1 }));
  expect(key({ at: new Date(5) })).toBe(key({ at: new Date(5) }));
  expect(key(new ObjectId("a".repeat(24)))).toBe(key(new ObjectId("a".repeat(24))));
  expect(key({}, { fields: { a: 1, b: 1 } })).toBe(key({}, { fields: { b: 1, a: 1 } }));
  expect(key({}, { limit: undefined })).toBe(key({}));
});

test("others have other keys", () => {
  const keys = [
    key({}),
    key({}, {}, "d"),
    key("a"),
    key(null),
    key({ a: 1 }),
    key({ a: "1" }),
    key({ a: null }),
    key({ a: [] }),
    key({ a: { x: 1, y: 2 } }),
    key({ a: { y: 2, x: 1 } }),
    key({ a: new Date(5) }),
    key({ a: { $date: 5 } }),
    key({ a: /b/ }),
    key({ a: /b/i }),
    key({ a: Number.NaN }),
    key({ a: new Uint8Array([1]) }),
    key(new ObjectId("a".repeat(24))),
    key("a".repeat(24)),
    key({}, { sort: { a: 1, b: 1 } }),
    key({}, { sort: { b: 1, a: 1 } }),
    key({}, { skip: 1 }),
    key({}, { limit: 1 }),
    key({}, { fields: { a: 1 } }),
  ];
  expect(new Set(keys).size).toBe(keys.length);
});

test("what EJSON can't tell apart is never the same", () => {
  for (const selector of [
    undefined,
    { a: undefined },
    { a: { b: [undefined] } },
    { a: new Map() },
  ]) {
    expect(key(selector)).not.toBe(key(selector));
    expect(key(selector)).not.toBe(key({}));
  }
});

test("cursor dedup: identical cursors share their fields, others don't", async () => {
  const things = memoryDatabase().collection("things");
  await things.insert({ _id: "a", n: 1 });
  const sinks = [new Recorder(), new Recorder(), new Recorder()];
  await things.find({ n: { $gt: 0 } }).observe(sinks[0] as Recorder);
  await things.find({ n: { $gt: 0 } }).observe(sinks[1] as Recorder);
  await things.find({ n: { $gt: 0 } }, { fields: { n: 1 } }).observe(sinks[2] as Recorder);
  const [one, two, three] = sinks.map(({ documents }) => documents.get("a"));
  expect(one).toBe(two);
  expect(one).not.toBe(three);
  expect(one).toEqual(three);
});
