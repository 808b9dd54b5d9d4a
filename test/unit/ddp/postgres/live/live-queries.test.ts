import { expect, test } from "vitest";
import { LiveQueries } from "../../../../../src/ddp/postgres/live/live-queries.ts";
import type { LiveQuery } from "../../../../../src/ddp/postgres/live/live-query.ts";

/** Remembers what it was told of. */
function query(): { query: LiveQuery; told: (readonly string[] | undefined)[] } {
  const told: (readonly string[] | undefined)[] = [];
  const fake = {
    changed: (ids: readonly string[] | undefined) => void told.push(ids),
    settled: () => undefined,
    stop: () => {},
  };
  return { query: fake as unknown as LiveQuery, told };
}

test("a change reaches only the queries that it concerns", () => {
  const queries = new LiveQueries();
  const [any, byId, other, watching] = [query(), query(), query(), query()];
  queries.add(any.query, { tableKey: "t", id: undefined, others: [] });
  queries.add(byId.query, { tableKey: "t", id: "a", others: [] });
  queries.add(other.query, { tableKey: "u", id: undefined, others: [] });
  queries.add(watching.query, { tableKey: "u", id: undefined, others: ["t"] });
  queries.changed({ tableKey: "t", ids: ["a", "b"] });
  queries.changed({ tableKey: "t", ids: ["b"] });
  queries.changed({ tableKey: "nobody's", ids: ["a"] });
  expect(any.told).toEqual([["a", "b"], ["b"]]);
  expect(byId.told).toEqual([["a"]]);
  expect(other.told).toEqual([]);
  expect(watching.told).toEqual([undefined, undefined]);
  queries.changed({ tableKey: "t", ids: undefined });
  expect([any, byId, watching].map(({ told }) => told.at(-1))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test("the cost of a change doesn't grow with queries by other ids or on other tables", () => {
  const queries = new LiveQueries();
  const others = Array.from({ length: 10_000 }, (_, index) => {
    const each = query();
    const tableKey = index % 2 === 0 ? "t" : `t${index}`;
    queries.add(each.query, { tableKey, id: `id${index}`, others: [] });
    return each;
  });
  queries.changed({ tableKey: "t", ids: ["id4", "nobody's"] });
  expect(others.filter(({ told }) => told.length > 0)).toEqual([others[4]]);
});

test("one that was taken out hears of nothing, and nothing is left of it", async () => {
  const queries = new LiveQueries();
  const [one, two] = [query(), query()];
  const remove = queries.add(one.query, { tableKey: "t", id: "a", others: ["u"] });
  queries.add(two.query, { tableKey: "t", id: "a", others: [] });
  remove();
  remove();
  queries.changed({ tableKey: "t", ids: ["a"] });
  queries.changed({ tableKey: "u", ids: ["a"] });
  queries.allChanged();
  expect([one.told, two.told]).toEqual([[], [["a"], undefined]]);
  expect(queries.size).toBe(1);
  await queries.settled();
});
