import { describe, expect, test } from "vitest";
import type { DocumentId } from "../../../../src/ddp/protocol/document-id.ts";
import { observeInNoOrder } from "../../../../src/ddp/store/observe-in-no-order.ts";
import { DocumentStore } from "../../../../src/ddp/store/document-store.ts";
import type { FindOptions, Observer } from "../../../../src/ddp/store/types.ts";

interface Item {
  readonly _id: DocumentId;
  readonly [field: string]: unknown;
}

function storeOf(...items: Item[]): DocumentStore<Item> {
  const store = new DocumentStore<Item>();
  for (const item of items) store.insert(item);
  return store;
}

/** An observer that writes down what it is told. */
function logTo(log: unknown[]): Observer<Item> {
  return {
    addedAt: ({ _id }, index) => log.push(["added", _id, index]),
    changedAt: ({ _id }, _before, index) => log.push(["changed", _id, index]),
    movedTo: ({ _id }, from, to) => log.push(["moved", _id, from, to]),
    removedAt: ({ _id }, index) => log.push(["removed", _id, index]),
  };
}

function added(ids: unknown[], id: DocumentId): void {
  ids.push(id);
}

describe("fetching", () => {
  const store = storeOf(
    ...Array.from({ length: 20 }, (_, index) => ({ _id: `${index}`, i: index, odd: index % 2 })),
  );

  test("minimongo - cursors", () => {
    const cursor = store.find({ odd: 0 }, { sort: { i: -1 } });
    expect(cursor.fetch().map(({ i }) => i)).toEqual([18, 16, 14, 12, 10, 8, 6, 4, 2, 0]);
    expect(cursor.count()).toBe(10);
    expect(cursor.fetch()).toEqual(cursor.fetch());
  });

  test("minimongo - count on cursor with limit", () => {
    expect(store.find({}, { limit: 5 }).count()).toBe(5);
    expect(store.find({}, { skip: 18, limit: 5 }).count()).toBe(2);
    expect(store.find({}, { skip: 30 }).count()).toBe(0);
    expect(store.find({}, { limit: 0 }).count()).toBe(20);
  });

  test("minimongo - fetch with fields", () => {
    expect(store.find({ i: 3 }, { fields: { odd: 1 } }).fetch()).toEqual([{ _id: "3", odd: 1 }]);
    expect(store.find("3", { fields: { odd: 1, _id: 0 } }).fetch()).toEqual([{ odd: 1 }]);
  });

  test("documents come in the order of their insertion, whatever the selector", () => {
    const ids = store.find({ _id: { $in: ["7", "3", "11"] } }).fetch();
    expect(ids.map(({ _id }) => _id)).toEqual(["3", "7", "11"]);
  });

  test("what can't be asked for", () => {
    const refused = expect.objectContaining({ error: 409 }) as Error;
    const options = [
      { skip: -1 },
      { limit: 1.5 },
      { limit: "5" },
      { sort: { a: 2 } },
    ] as FindOptions[];
    for (const option of options) expect(() => store.find({}, option)).toThrow(refused);
    expect(() => store.find({ $where: "true" })).toThrow(refused);
  });
});

describe("minimongo - observe ordered", () => {
  test("as documents come, change, move and go", () => {
    const store = storeOf({ _id: "b", rank: 2 });
    const log: unknown[] = [];
    const handle = store.find({ rank: { $gt: 0 } }, { sort: { rank: 1 } }).observe(logTo(log));
    store.insert({ _id: "a", rank: 1 });
    store.insert({ _id: "c", rank: 3 });
    store.insert({ _id: "z", rank: 0 });
    store.update("a", { $set: { x: 1 } });
    store.update("a", { $set: { rank: 4 } });
    store.update("z", { $set: { rank: 2.5 } });
    store.update("c", { $set: { rank: 0 } });
    store.update("z", { $set: { rank: 2.5 } });
    store.remove("b");
    expect(log).toEqual([
      ["added", "b", 0],
      ["added", "a", 0],
      ["added", "c", 2],
      ["changed", "a", 0],
      ["changed", "a", 0],
      ["moved", "a", 0, 2],
      ["added", "z", 1],
      ["removed", "c", 2],
      ["removed", "b", 0],
    ]);
    handle.stop();
    handle.stop();
    store.remove({});
    expect(log).toHaveLength(9);
  });

  test("a window is refilled", () => {
    const store = storeOf({ _id: "b", rank: 2 }, { _id: "c", rank: 3 }, { _id: "d", rank: 4 });
    const log: unknown[] = [];
    store.find({}, { sort: { rank: 1 }, skip: 1, limit: 2 }).observe(logTo(log));
    expect(log.splice(0)).toEqual([
      ["added", "c", 0],
      ["added", "d", 1],
    ]);
    store.insert({ _id: "a", rank: 1 });
    expect(log.splice(0)).toEqual([
      ["removed", "d", 1],
      ["added", "b", 0],
    ]);
    store.remove("a");
    expect(log.splice(0)).toEqual([
      ["removed", "b", 0],
      ["added", "d", 1],
    ]);
    store.insert({ _id: "e", rank: 9 });
    expect(log).toEqual([]);
  });

  test("minimongo - observe ordered with projection", () => {
    const store = storeOf({ _id: "a", x: 1, y: 1 });
    const log: unknown[] = [];
    store.find({ y: { $gt: 0 } }, { fields: { x: 1 } }).observe({
      addedAt: (document) => log.push(["added", document]),
      changedAt: (document, before) => log.push(["changed", document, before]),
      removedAt: (before) => log.push(["removed", before]),
    });
    store.update("a", { $set: { y: 2 } });
    store.update("a", { $set: { x: 2, y: 3 } });
    store.update("a", { $set: { y: 0 } });
    expect(log).toEqual([
      ["added", { _id: "a", x: 1 }],
      ["changed", { _id: "a", x: 2 }, { _id: "a", x: 1 }],
      ["removed", { _id: "a", x: 2 }],
    ]);
  });
});

describe("observeChanges", () => {
  test("observeChanges - unordered - enters and exits result set through change", () => {
    const store = storeOf({ _id: "a", x: 1, y: 1 });
    const log: unknown[] = [];
    observeInNoOrder(store.find({ x: 1 }), {
      added: (...args) => log.push(["added", ...args]),
      changed: (...args) => log.push(["changed", ...args]),
      removed: (...args) => log.push(["removed", ...args]),
      failed: () => log.push("failed"),
    });
    store.update("a", { $set: { y: 2 }, $unset: { z: 1 } });
    store.update("a", { $set: { y: 2 } });
    store.update("a", { $unset: { y: 1 } });
    store.update("a", { $set: { x: 2 } });
    store.insert({ _id: "b", x: 1 });
    store.set({ _id: "b", x: 1 });
    expect(log).toEqual([
      ["added", "a", { x: 1, y: 1 }],
      ["changed", "a", { y: 2 }, { x: 1, y: 2 }],
      ["changed", "a", { y: undefined }, { x: 1 }],
      ["removed", "a"],
      ["added", "b", { x: 1 }],
    ]);
  });

  test("observeChanges - unordered - specific fields + modify on excluded fields", () => {
    const store = storeOf({ _id: "a", x: { v: 1, w: 1 }, y: 1 });
    const log: unknown[] = [];
    observeInNoOrder(store.find({}, { fields: { "x.v": 1, _id: 0 } }), {
      added: (...args) => log.push(["added", ...args]),
      changed: (...args) => log.push(["changed", ...args]),
      removed: (...args) => log.push(["removed", ...args]),
      failed: () => log.push("failed"),
    });
    store.update("a", { $set: { y: 2, "x.w": 5 } });
    store.update("a", { $set: { "x.v": 2 } });
    store.update("a", { $unset: { x: 1 } });
    store.remove("a");
    expect(log).toEqual([
      ["added", "a", { x: { v: 1 } }],
      ["changed", "a", { x: { v: 2 } }, { x: { v: 2 } }],
      ["changed", "a", { x: undefined }, {}],
      ["removed", "a"],
    ]);
  });

  test("a window is told of by its ids, even when they are left out of the fields", () => {
    const store = storeOf({ _id: "a", x: 1 }, { _id: "b", x: 2 });
    const log: unknown[] = [];
    observeInNoOrder(store.find({}, { sort: { x: 1 }, limit: 1, fields: { x: 1, _id: 0 } }), {
      added: (...args) => log.push(["added", ...args]),
      changed: (...args) => log.push(["changed", ...args]),
      removed: (...args) => log.push(["removed", ...args]),
      failed: () => log.push("failed"),
    });
    store.update("a", { $set: { x: 1.5 } });
    store.remove("a");
    expect(log).toEqual([
      ["added", "a", { x: 1 }],
      ["changed", "a", { x: 1.5 }, { x: 1.5 }],
      ["removed", "a"],
      ["added", "b", { x: 2 }],
    ]);
  });
});

describe("minimongo - pause", () => {
  test("a batch is told of at its end, by what is different", () => {
    const store = storeOf({ _id: "a", x: 1 }, { _id: "b", x: 2 });
    const log: unknown[] = [];
    store.find({}, { sort: { x: 1 } }).observe(logTo(log));
    log.length = 0;
    const result = store.batch(() => {
      store.insert({ _id: "c", x: 3 });
      store.remove("c");
      store.update("a", { $set: { x: 9 } });
      store.batch(() => store.update("a", { $set: { x: 1 } }));
      store.insert({ _id: "d", x: 4 });
      store.update("d", { $set: { x: 5 } });
      expect(log).toEqual([]);
      expect(store.find({}).count()).toBe(3);
      return "result";
    });
    expect(result).toBe("result");
    expect(log).toEqual([["added", "d", 2]]);
  });

  test("clearing and filling again with the same is no difference to those who see no order", () => {
    const store = storeOf({ _id: "a", x: 1 }, { _id: "b", x: 2 });
    const log: unknown[] = [];
    store.find({}, { sort: { x: 1 } }).observe(logTo(log));
    observeInNoOrder(store.find({}), {
      added: (id) => added(log, id),
      changed: (id) => added(log, id),
      removed: (id) => added(log, id),
      failed: () => {},
    });
    log.length = 0;
    store.batch(() => {
      store.remove({});
      store.set({ _id: "b", x: 2 });
      store.set({ _id: "a", x: 1 });
    });
    expect(log).toEqual([]);
  });

  test("a batch that fails is told of as far as it came", () => {
    const store = storeOf();
    const log: unknown[] = [];
    store.find({}).observe(logTo(log));
    const run = (): never => {
      store.insert({ _id: "a" });
      throw new Error("no");
    };
    expect(() => store.batch(run)).toThrow("no");
    expect(log).toEqual([["added", "a", 0]]);
    store.insert({ _id: "b" });
    expect(log).toHaveLength(2);
  });

  test("an observer that joins within a batch is told of each document once", () => {
    const store = storeOf({ _id: "a", x: 1 });
    const log: unknown[] = [];
    store.batch(() => {
      store.update("a", { $set: { x: 2 } });
      store.insert({ _id: "b", x: 2 });
      store.find({ x: 2 }).observe(logTo(log));
      store.update("b", { $set: { y: 1 } });
      store.insert({ _id: "c", x: 2 });
    });
    expect(log).toEqual([
      ["added", "a", 0],
      ["added", "b", 1],
      ["changed", "b", 1],
      ["added", "c", 2],
    ]);
  });
});

describe("observers that do something", () => {
  test("minimongo - fetch in observe", () => {
    const store = storeOf();
    const counts: number[] = [];
    const cursor = store.find({ foo: { $exists: true } });
    cursor.observe({ addedAt: () => counts.push(cursor.count(), store.find().count()) });
    store.insert({ _id: "a", foo: 1 });
    store.insert({ _id: "b", foo: 1 });
    expect(counts).toEqual([1, 1, 2, 2]);
  });

  test("what an observer writes is told of once all know what was before", () => {
    const store = storeOf();
    const log: unknown[] = [];
    store.find({}).observe({
      addedAt: ({ _id }) => {
        log.push(["first", _id]);
        if (_id === "a") store.insert({ _id: "b" });
      },
    });
    store.find({}).observe({ addedAt: ({ _id }) => log.push(["second", _id]) });
    store.insert({ _id: "a" });
    expect(log).toEqual([
      ["first", "a"],
      ["second", "a"],
      ["first", "b"],
      ["second", "b"],
    ]);
  });

  test("one that starts another in a callback, and one that stops itself or another", () => {
    const store = storeOf();
    const log: unknown[] = [];
    const first = store.find({}).observe({
      addedAt: ({ _id }) => {
        log.push(["first", _id]);
        first.stop();
        second.stop();
        store.find({}).observe({ addedAt: (document) => log.push(["third", document._id]) });
      },
    });
    const second = store.find({}).observe({ addedAt: ({ _id }) => log.push(["second", _id]) });
    store.insert({ _id: "a" });
    store.insert({ _id: "b" });
    expect(log).toEqual([
      ["first", "a"],
      ["third", "a"],
      ["third", "b"],
    ]);
  });

  test.each(["observe", "observeChanges"] as const)(
    "one that writes while it is told of what there is: %s",
    (how) => {
      const store = storeOf({ _id: "a" }, { _id: "b" });
      const seen: string[] = [];
      const added = (id: DocumentId): void => {
        seen.push(`+${String(id)}`);
        store.delete("b");
        if (id === "a") store.set({ _id: "c" });
      };
      const removed = (id: DocumentId): number => seen.push(`-${String(id)}`);
      const cursor = store.find({});
      if (how === "observe") {
        cursor.observe({ addedAt: ({ _id }) => added(_id), removedAt: ({ _id }) => removed(_id) });
      } else observeInNoOrder(cursor, { added, removed, changed: () => {}, failed: () => {} });
      expect(seen).toEqual(["+a", "+b", "-b", "+c"]);
    },
  );

  test("an error of one keeps no other from being told; the writer gets it when nobody else wants it", () => {
    const errors: unknown[] = [];
    for (const options of [{}, { onError: (error: unknown) => errors.push(error) }]) {
      const store = new DocumentStore<Item>(options);
      const log: unknown[] = [];
      const fail = (): never => {
        throw new Error("observer");
      };
      store.find({}).observe({ addedAt: fail });
      store.find({}, { limit: 1 }).observe({ addedAt: fail });
      store.find({}).observe(logTo(log));
      const insert = (): void => store.insert({ _id: "a" });
      if ("onError" in options) insert();
      else expect(insert).toThrow("observer");
      expect(log).toEqual([["added", "a", 0]]);
      expect(store.size).toBe(1);
    }
    expect(errors).toEqual([new Error("observer"), new Error("observer")]);
  });

  test("one whose first callback throws isn't observing", () => {
    const store = storeOf({ _id: "a" });
    let calls = 0;
    const addedAt = (): never => {
      calls++;
      throw new Error("observer");
    };
    expect(() => store.find({}).observe({ addedAt })).toThrow("observer");
    store.insert({ _id: "b" });
    expect(calls).toBe(1);
  });
});

test("a write asks only those who look for its id, and those who look through all", () => {
  const store = storeOf();
  const seen: unknown[] = [];
  for (let index = 0; index < 1000; index++) {
    const _id = `${index}`;
    store.find({ _id, x: 1 }).observe({ addedAt: (document) => seen.push(document._id) });
  }
  let reads = 0;
  const document = { _id: "500" } as Record<string, unknown>;
  Object.defineProperty(document, "x", { enumerable: true, get: () => (reads++, 1) });
  store.set(document as unknown as Item);
  expect(seen).toEqual(["500"]);
  expect(reads).toBe(1);
});
