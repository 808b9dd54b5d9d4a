import { expect, test } from "vitest";
import { RecordedView } from "../../../../../support/ddp-session-view.ts";

test("session view: exists reveal", () => {
  const view = new RecordedView();
  view.source("A").added("1", {});
  view.source("B").added("1", {});
  expect(view.drain()).toEqual([["added", "1", {}]]);
  view.source("A").removed("1");
  expect(view.drain()).toEqual([]);
  view.source("B").removed("1");
  expect(view.drain()).toEqual([["removed", "1"]]);
});

test("session view: added a second field in another sub", () => {
  const view = new RecordedView();
  view.source("A").added("1", { a: "foo" });
  view.source("B").added("1", { a: "foo", b: "bar" });
  expect(view.drain()).toEqual([
    ["added", "1", { a: "foo" }],
    ["changed", "1", { b: "bar" }],
  ]);
});

test("session view: field reveal", () => {
  const view = new RecordedView();
  view.source("A").added("1", { foo: "bar" });
  view.source("B").added("1", { foo: "baz" });
  expect(view.drain()).toEqual([["added", "1", { foo: "bar" }]]);
  view.source("A").removed("1");
  expect(view.drain()).toEqual([["changed", "1", { foo: "baz" }]]);
  view.source("B").removed("1");
  expect(view.drain()).toEqual([["removed", "1"]]);
});

test("session view: field change", () => {
  const view = new RecordedView();
  view.source("A").added("1", { foo: "bar", baz: "quux" });
  view.source("A").changed("1", { foo: "broken" });
  view.source("A").changed("1", { foo: undefined });
  expect(view.drain()).toEqual([
    ["added", "1", { foo: "bar", baz: "quux" }],
    ["changed", "1", { foo: "broken" }],
    ["changed", "1", { foo: undefined }],
  ]);
});

test("session view: field clear", () => {
  const view = new RecordedView();
  view.source("A").added("1", { foo: "bar", baz: "quux" });
  view.source("B").added("1", { foo: "other" });
  view.drain();
  view.source("B").changed("1", { foo: undefined });
  expect(view.drain()).toEqual([]);
  view.source("A").changed("1", { foo: undefined });
  expect(view.drain()).toEqual([["changed", "1", { foo: undefined }]]);
});

test("session view: change makes a new field", () => {
  const view = new RecordedView();
  view.source("A").added("1", { foo: "bar" });
  view.source("A").changed("1", { baz: "quux" });
  expect(view.drain()).toEqual([
    ["added", "1", { foo: "bar" }],
    ["changed", "1", { baz: "quux" }],
  ]);
});

test("session view: add, remove, add", () => {
  const view = new RecordedView();
  view.source("A").added("1", { foo: "bar" });
  view.source("A").removed("1");
  view.source("A").added("1", { foo: "baz" });
  expect(view.drain()).toEqual([
    ["added", "1", { foo: "bar" }],
    ["removed", "1"],
    ["added", "1", { foo: "baz" }],
  ]);
});

test("session view: field clear reveal", () => {
  const view = new RecordedView();
  view.source("A").added("1", { foo: "bar" });
  view.source("B").added("1", { foo: "baz" });
  view.drain();
  view.source("A").changed("1", { foo: undefined });
  expect(view.drain()).toEqual([["changed", "1", { foo: "baz" }]]);
});

test("session view: change to canonical value produces no change", () => {
  const view = new RecordedView();
  view.source("A").added("1", { foo: { at: new Date(5) } });
  view.source("B").added("1", { foo: "baz" });
  view.drain();
  view.source("B").changed("1", { foo: { at: new Date(5) } });
  view.source("A").changed("1", { foo: { at: new Date(5) } });
  view.source("A").changed("1", { foo: undefined });
  expect(view.drain()).toEqual([]);
});

test("session view: new field of canonical value produces no change", () => {
  const view = new RecordedView();
  view.source("A").added("1", { foo: "bar" });
  view.source("B").added("1", {});
  view.drain();
  view.source("B").changed("1", { foo: "bar" });
  expect(view.drain()).toEqual([]);
});

test("session view: clear all clears only once", () => {
  const view = new RecordedView();
  for (const name of ["A", "B", "C"]) view.source(name).added("1", { foo: "bar" });
  view.drain();
  for (const name of ["A", "B", "C"]) view.source(name).changed("1", { foo: undefined });
  expect(view.drain()).toEqual([["changed", "1", { foo: undefined }]]);
});

test("session view: change all changes only once", () => {
  const view = new RecordedView();
  for (const name of ["A", "B", "C"]) view.source(name).added("1", { foo: "bar" });
  view.drain();
  for (const name of ["A", "B", "C"]) view.source(name).changed("1", { foo: "baz" });
  expect(view.drain()).toEqual([["changed", "1", { foo: "baz" }]]);
});

test("session view: multiple operations at once in a change", () => {
  const view = new RecordedView();
  view.source("A").added("1", { foo: "bar", baz: "quux" });
  view.source("B").added("1", { foo: "baz" });
  view.drain();
  view.source("A").changed("1", { thing: "stuff", foo: undefined, baz: undefined });
  expect(view.drain()).toEqual([["changed", "1", { thing: "stuff", foo: "baz", baz: undefined }]]);
});

test("session view: more than one document", () => {
  const view = new RecordedView();
  view.source("A").added("1", { foo: "bar", baz: "quux" });
  view.source("A").added("2", { foo: "baz" });
  view.drain();
  view.source("A").changed("1", { thing: "stuff", foo: undefined });
  expect(view.drain()).toEqual([["changed", "1", { thing: "stuff", foo: undefined }]]);
  view.source("A").removed("2");
  expect(view.drain()).toEqual([["removed", "2"]]);
});

test("session view: multiple docs removed", () => {
  const view = new RecordedView();
  for (const id of ["1", "2"]) view.source("A").added(id, { foo: "bar" });
  view.source("A", "other").added("1", { foo: "bar" });
  view.drain();
  view.close("A");
  expect(view.drain()).toEqual([
    ["removed", "1"],
    ["removed", "2"],
  ]);
  view.close("A", "other");
  expect(view.drain()).toEqual([["other", "removed", "1"]]);
});

test("session view: complicated sequence", () => {
  const view = new RecordedView();
  const [a, b, c] = ["A", "B", "C"].map((name) => view.source(name));
  a?.added("1", { foo: "bar", ghi: "jkl" });
  b?.added("1", { foo: "quux", abc: "def" });
  c?.added("1", { foo: "third" });
  expect(view.drain()).toEqual([
    ["added", "1", { foo: "bar", ghi: "jkl" }],
    ["changed", "1", { abc: "def" }],
  ]);
  a?.removed("1");
  expect(view.drain()).toEqual([["changed", "1", { foo: "quux", ghi: undefined }]]);
  a?.added("1", { foo: "last", abc: "hidden" });
  expect(view.drain()).toEqual([]);
  b?.changed("1", { foo: undefined, abc: "shown" });
  expect(view.drain()).toEqual([["changed", "1", { foo: "third", abc: "shown" }]]);
  c?.removed("1");
  b?.removed("1");
  expect(view.drain()).toEqual([
    ["changed", "1", { foo: "last" }],
    ["changed", "1", { abc: "hidden" }],
  ]);
  a?.changed("1", { abc: "alone" });
  a?.removed("1");
  expect(view.drain()).toEqual([
    ["changed", "1", { abc: "alone" }],
    ["removed", "1"],
  ]);
});

test("session view: added becomes changed", () => {
  const view = new RecordedView();
  view.source("A").added("1", { foo: "bar", old: 1 });
  view.source("A").added("1", { foo: "baz", new: 2 });
  view.source("A").added("1", { foo: "baz" });
  expect(view.drain()).toEqual([
    ["added", "1", { foo: "bar", old: 1 }],
    ["changed", "1", { foo: "baz", new: 2 }],
  ]);
  // Meteor remembers the first values beneath the new ones.
  view.source("B").added("1", { foo: "other" });
  view.source("A").changed("1", { foo: undefined, old: undefined });
  expect(view.drain()).toEqual([["changed", "1", { foo: "other", old: undefined }]]);
});

test("session view: weird key names", () => {
  const view = new RecordedView();
  const weird = JSON.parse('{"__proto__":{"x":1},"constructor":2,"hasOwnProperty":3}') as object;
  view.source("A").added("__proto__", { ...weird });
  expect(view.drain()).toEqual([["added", "__proto__", weird]]);
  view.source("B").added("__proto__", { toString: 4 });
  expect(view.drain()).toEqual([["changed", "__proto__", { toString: 4 }]]);
  view.source("B").changed("__proto__", { ...weird, constructor: 5 });
  view.source("A").removed("__proto__");
  expect(view.drain()).toEqual([["changed", "__proto__", { constructor: 5 }]]);
  const change = JSON.parse('{"__proto__":7}') as object;
  view.source("B").changed("__proto__", { ...change });
  const [changed] = view.drain();
  expect(changed?.[2]).toEqual(change);
  expect(Object.getPrototypeOf(changed?.[2])).toBe(Object.prototype);
  view.source("A", "constructor").added("toString", {});
  expect(view.drain()).toEqual([["constructor", "added", "toString", {}]]);
});

test("session view: clear undefined value", () => {
  const view = new RecordedView();
  view.source("A").added("1", { field: "value" });
  view.source("A").changed("1", { field: undefined });
  view.source("A").changed("1", { field: undefined, never: undefined });
  expect(view.drain()).toEqual([
    ["added", "1", { field: "value" }],
    ["changed", "1", { field: undefined }],
  ]);
});

test("fields that are undefined belong to nobody", () => {
  const view = new RecordedView();
  view.source("A").added("1", { a: undefined });
  view.source("B").added("1", { a: 1 });
  view.source("A").changed("1", { a: 2 });
  expect(view.drain()).toEqual([
    ["added", "1", { a: undefined }],
    ["changed", "1", { a: 1 }],
  ]);
  view.close("B");
  expect(view.drain()).toEqual([["changed", "1", { a: 2 }]]);
});

test("a change or a removal of a document that the source doesn't have is nothing", () => {
  const view = new RecordedView();
  view.source("A").added("1", { a: 1 });
  view.drain();
  view.source("B").changed("1", { a: 2 });
  view.source("B").removed("1");
  view.source("A").changed("2", { a: 2 });
  view.source("A").removed("2");
  expect(view.drain()).toEqual([]);
});

test("documents of live queries are kept as they come, never copied or changed", () => {
  const view = new RecordedView();
  const [a, b] = [view.view.open("c", true), view.view.open("c", true)];
  const [fields, other] = [Object.freeze({ x: 1 }), Object.freeze({ x: 2, y: 3 })];
  a.added("1", fields);
  expect(view.drain()[0]?.[2]).toBe(fields);
  b.added("1", other);
  b.changed("1", Object.freeze({ y: 4 }), Object.freeze({ x: 2, y: 4 }));
  expect(a.documents.get("1")).toBe(fields);
  b.close();
  const [changes, after] = [Object.freeze({ x: 5 }), Object.freeze({ x: 5 })];
  view.drain();
  a.changed("1", changes, after);
  expect(view.drain()[0]?.[2]).toBe(changes);
  expect(a.documents.get("1")).toBe(after);
});

test("what EJSON can't hold is refused though it is hidden, and leaves everything as it was", () => {
  const view = new RecordedView();
  view.source("A").added("1", { a: 1 });
  expect(() => view.source("B").added("1", { a: 2n })).toThrow(TypeError);
  view.source("B").added("1", { a: 3 });
  expect(() => view.source("B").changed("1", { a: 4n })).toThrow(TypeError);
  view.drain();
  view.close("A");
  expect(view.drain()).toEqual([["changed", "1", { a: 3 }]]);
});

test("while a view is replaced nothing is said, then what is different", () => {
  const view = new RecordedView();
  const [old, second] = [view.source("A"), view.source("B")];
  const same = { same: true };
  old.added("same", same);
  old.added("gone", { a: 1 });
  old.added("other", { a: 1, b: 2, d: [1] });
  second.added("other", { c: 3 });
  view.source("A", "gone").added("1", {});
  view.view.beginReplacing();
  view.drain();
  const after = view.view.open("c", true);
  after.added("same", same);
  after.added("new", { n: 1 });
  after.added("other", { a: 1, b: 3, d: [1] });
  after.changed("new", { n: 2 }, { n: 2 });
  view.view.open("more", false).added("1", {});
  expect(view.drain()).toEqual([]);
  view.view.finishReplacing();
  expect(view.drain()).toEqual([
    ["gone", "removed", "1"],
    ["removed", "gone"],
    ["added", "new", { n: 2 }],
    ["changed", "other", { b: 3, c: undefined }],
    ["more", "added", "1", {}],
  ]);
  after.removed("same");
  expect(view.drain()).toEqual([["removed", "same"]]);
});
