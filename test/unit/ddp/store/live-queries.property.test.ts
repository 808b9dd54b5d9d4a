/**
 * Whatever is written, what observers were told adds up to what the query finds.
 *
 * @module
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import type { DocumentId } from "../../../../src/ddp/protocol/document-id.ts";
import { changeFields } from "../../../../src/ddp/protocol/fields.ts";
import type { Fields } from "../../../../src/ddp/protocol/fields.ts";
import { observeInNoOrder } from "../../../../src/ddp/store/observe-in-no-order.ts";
import { DocumentStore } from "../../../../src/ddp/store/document-store.ts";
import type { FindOptions, Observer, Query } from "../../../../src/ddp/store/types.ts";

interface Item {
  readonly _id: DocumentId;
  readonly [field: string]: unknown;
}

type Write = (store: DocumentStore<Item>) => void;

const id = fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h");
const value = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constant(null), fc.constant([2, 1]));
const fields = fc.record({ x: value, y: value, z: fc.record({ v: value }) }, { requiredKeys: [] });

const single: fc.Arbitrary<Write> = fc.oneof(
  fc.tuple(id, fields).map(
    ([_id, rest]): Write =>
      (store) =>
        store.set({ _id, ...rest }),
  ),
  id.map(
    (_id): Write =>
      (store) =>
        void store.delete(_id),
  ),
  fc.tuple(id, value).map(
    ([_id, y]): Write =>
      (store) =>
        void store.update(_id, { $set: { y } }),
  ),
  value.map(
    (x): Write =>
      (store) =>
        void store.update({ x }, { $set: { x: 1 } }, { multi: true }),
  ),
  value.map(
    (x): Write =>
      (store) =>
        void store.remove({ x }),
  ),
);

const write: fc.Arbitrary<Write> = fc.oneof(
  { weight: 3, arbitrary: single },
  {
    weight: 1,
    arbitrary: fc.array(single, { maxLength: 12 }).map(
      (writes): Write =>
        (store) =>
          store.batch(() => {
            for (const write of writes) write(store);
          }),
    ),
  },
);

const selector: fc.Arbitrary<Query<Item>> = fc.constantFrom<Query<Item>[]>(
  {},
  { x: 1 },
  { x: { $gte: 1 } },
  { "z.v": { $ne: 2 } },
  { _id: "b" },
  { _id: { $in: ["c", "a", "f"] } },
);

const direction = fc.constantFrom<(1 | -1)[]>(1, -1);
const options: fc.Arbitrary<FindOptions> = fc.record({
  sort: fc.option(
    fc.oneof(
      fc.record({ x: direction }),
      fc.record({ y: direction, x: direction }),
      fc.record({ "z.v": direction }),
    ),
    { nil: undefined },
  ),
  skip: fc.constantFrom(undefined, 0, 1, 3),
  limit: fc.constantFrom(undefined, 1, 2, 4),
  fields: fc.constantFrom<(FindOptions["fields"] | undefined)[]>(
    undefined,
    { x: 1 },
    { y: 0 },
    { "z.v": 1, y: 1 },
  ),
});

/** Keeps a list by what it is told, and checks what can be checked about that. */
function replay(list: Item[]): Observer<Item> {
  return {
    addedAt(document, index) {
      expect(index).toBeLessThanOrEqual(list.length);
      list.splice(index, 0, document);
    },
    changedAt(document, before, index) {
      expect(list[index]).toEqual(before);
      expect(document).not.toEqual(before);
      list[index] = document;
    },
    movedTo(document, from, to) {
      expect(from).not.toBe(to);
      expect(list.splice(from, 1)).toEqual([document]);
      list.splice(to, 0, document);
    },
    removedAt(before, index) {
      expect(list.splice(index, 1)).toEqual([before]);
    },
  };
}

test("an ordered observer's list is what the query finds, after each write", () => {
  fc.assert(
    fc.property(
      fc.array(write, { maxLength: 8 }),
      fc.array(write, { maxLength: 25 }),
      selector,
      options,
      (first, then, query, options) => {
        const store = new DocumentStore<Item>();
        for (const write of first) write(store);
        const cursor = store.find(query, options);
        const list: Item[] = [];
        cursor.observe(replay(list));
        expect(list).toEqual(cursor.fetch());
        for (const write of then) {
          write(store);
          expect(list).toEqual(cursor.fetch());
        }
        expect(cursor.count()).toBe(list.length);
      },
    ),
    { numRuns: 150 },
  );
});

test("an unordered sink's documents are what the query finds, after each write", () => {
  fc.assert(
    fc.property(
      fc.array(write, { maxLength: 8 }),
      fc.array(write, { maxLength: 25 }),
      selector,
      options,
      (first, then, query, options) => {
        const store = new DocumentStore<Item>();
        for (const write of first) write(store);
        const cursor = store.find(query, options);
        const known = new Map<DocumentId, Fields>();
        observeInNoOrder(cursor, {
          added(id, fields) {
            expect(known.has(id)).toBe(false);
            known.set(id, fields);
          },
          changed(id, changes, fields) {
            expect(Object.keys(changes)).not.toEqual([]);
            const changed = changeFields(known.get(id) ?? {}, changes);
            expect(changed).toEqual(fields);
            known.set(id, changed);
          },
          removed: (id) => expect(known.delete(id)).toBe(true),
          failed: () => expect.unreachable(),
        });
        const found = (): object =>
          Object.fromEntries(cursor.fetch().map(({ _id, ...fields }) => [_id, fields]));
        expect(Object.fromEntries(known)).toEqual(found());
        for (const write of then) {
          write(store);
          expect(Object.fromEntries(known)).toEqual(found());
        }
      },
    ),
    { numRuns: 150 },
  );
});

test("many documents written together", () => {
  const values = fc.array(value, { minLength: 100, maxLength: 100, size: "max" });
  fc.assert(
    fc.property(values, values, options, (first, then, options) => {
      const store = new DocumentStore<Item>();
      const cursor = store.find({ x: { $ne: null } }, options);
      const list: Item[] = [];
      cursor.observe(replay(list));
      for (const values of [first, then, first]) {
        store.batch(() => {
          for (const [index, x] of values.entries()) {
            if (x === 3) store.delete(`d${index}`);
            else store.set({ _id: `d${index}`, x, y: index % 3 });
          }
        });
        expect(list).toEqual(cursor.fetch());
        store.set({ _id: "d0", x: 2 });
        expect(list).toEqual(cursor.fetch());
      }
    }),
    { numRuns: 30 },
  );
});

test("a query finds what filtering, sorting and cutting by hand does", () => {
  fc.assert(
    fc.property(
      fc.array(write, { maxLength: 20 }),
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 0, max: 3 }),
      (writes, skip, limit) => {
        const store = new DocumentStore<Item>();
        for (const write of writes) write(store);
        const numbers = Array.from(store.values()).filter(
          ({ x }) => typeof x === "number" && x > 0,
        );
        const sorted = numbers.toSorted((a, b) => (b.x as number) - (a.x as number));
        const expected = sorted.slice(skip, limit === 0 ? undefined : skip + limit);
        const query = { x: { $gt: 0, $type: "number" }, "x.0": { $exists: false } };
        expect(store.find(query, { sort: { x: -1 }, skip, limit }).fetch()).toEqual(expected);
      },
    ),
  );
});
