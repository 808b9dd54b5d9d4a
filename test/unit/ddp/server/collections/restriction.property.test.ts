/**
 * Whatever a client sends as a write, it gets an answer that is about what it sent.
 *
 * @module
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { idStringify } from "../../../../../src/ddp/protocol/document-id.ts";
import { createDdp, memoryDatabase } from "../../../../../src/ddp/server/index.ts";
import { DdpPeer } from "../../../../support/ddp-peer.ts";
import type { Json } from "../../../../support/ddp-peer.ts";

const name = fc.constantFrom(
  "a",
  "b",
  "0",
  "$",
  "_id",
  "__proto__",
  "constructor",
  "",
  "9999999999",
  "$each",
);
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("."));
const ejson = fc.constantFrom<unknown>(
  { $date: 5 },
  { $date: null },
  { $InfNaN: 0 },
  { $binary: "AQID" },
  { $regexp: "a", $flags: "" },
  { $type: "oid", $value: "a".repeat(24) },
  { $escape: { $date: 1 } },
  { $each: [3, 1], $slice: -1, $sort: 1, $position: 0 },
  { $each: 5 },
  { $slice: 5 },
  { $in: [1] },
  { $gt: 0 },
  { $where: "x" },
  { $not: { $elemMatch: { $gt: 1 } } },
);
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  ejson,
  fc.constantFrom(0, 1, -1, 1e308, "text"),
);
const operator = fc.constantFrom(
  ..."$addToSet $inc $max $min $mul $pop $pull $pullAll $push $set $unset $rename $bit $nonsense".split(
    " ",
  ),
);
const modifier = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.dictionary(
      operator,
      fc.oneof({ weight: 5, arbitrary: fc.dictionary(path, value, { maxKeys: 2 }) }, value),
      { maxKeys: 3 },
    ),
  },
  value,
);
const document = fc.oneof(fc.dictionary(name, value, { maxKeys: 4 }), value);
const selector = fc.oneof(
  { weight: 4, arbitrary: fc.constant("doc") },
  value,
  fc.record({ _id: value }),
);

const call = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constant("update"), selector, modifier, fc.option(value)) },
  fc.tuple(fc.constant("insert"), document),
  fc.tuple(fc.constant("remove"), selector),
);

test("no write of a client's is the server's mistake, and none goes anywhere else", async () => {
  const property = fc.asyncProperty(
    fc.array(call, { minLength: 1, maxLength: 10 }),
    async (calls) => {
      const logged: unknown[] = [];
      const logger = { error: (...data: unknown[]) => void logged.push(data), warn: () => {} };
      await using ddp = createDdp({ logger });
      const things = memoryDatabase().collection("things");
      await things.insert({ _id: "doc", a: [1, 2, { b: 3 }], b: { a: { b: "text" } } });
      const rules = { insert: () => true, update: () => true, remove: () => true };
      ddp.allow(things, rules);
      const peer = await DdpPeer.connect(ddp);
      for (const [at, [kind, ...params]] of calls.entries()) {
        peer.send({ msg: "method", id: `${at}`, method: `/things/${kind}`, params });
        const answer = await peer.take();
        if (answer["msg"] === "error") continue;
        const result = [answer, await peer.take()].find(({ msg }) => msg === "result") as Json;
        const { error } = (result["error"] ?? {}) as Json;
        expect([undefined, 403, 409]).toContain(error);
      }
      expect(logged).toEqual([]);
      expect(({} as Json)["a"]).toBeUndefined();
      for (const one of await things.find().fetch()) expect(idStringify(one._id)).not.toBe("");
    },
  );
  await fc.assert(property, { numRuns: 100 });
});
