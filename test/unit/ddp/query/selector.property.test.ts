/**
 * Whatever documents are like, asking for them and changing them ends in an answer or in a refusal.
 *
 * @module
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { DdpError } from "../../../../src/ddp/protocol/error.ts";
import { modify } from "../../../../src/ddp/query/modifier.ts";
import { compileProjection } from "../../../../src/ddp/query/projection.ts";
import { compileSelector } from "../../../../src/ddp/query/selector.ts";
import { compileSort } from "../../../../src/ddp/query/sort.ts";

const name = fc.constantFrom(
  "a",
  "0",
  "__proto__",
  "constructor",
  "toString",
  "valueOf",
  "length",
  "name",
  "hasOwnProperty",
);

/** Made by JSON, as what comes from the network is. */
const value = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom("null", "0", "7", '"x"', "true"),
    fc.array(tie("json") as fc.Arbitrary<string>, { maxLength: 3 }).map((all) => `[${all.join()}]`),
    fc
      .array(fc.tuple(name, tie("json") as fc.Arbitrary<string>), { maxLength: 3 })
      .map((all) => `{${all.map(([name, json]) => `"${name}":${json}`).join()}}`),
  ),
})).json;
const document = fc
  .tuple(value, value)
  .map(([a, b]) => JSON.parse(`{"_id":"1","a":${a},"toString":${b},"__proto__":${b}}`) as object);
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("."));
const operand = value.map((json): unknown => JSON.parse(json));

const SELECTING =
  "$eq $ne $gt $gte $lt $lte $in $nin $all $size $exists $type $mod $regex $not $elemMatch $bitsAllSet $toString";
const operator = fc.constantFrom(...SELECTING.split(" "));
const condition = fc.oneof(
  operand,
  fc.tuple(operator, operand).map(([name, operand]) => ({ [name]: operand })),
  fc.tuple(operator, operand).map(([name, operand]) => ({ $in: [operand], [name]: operand })),
);
const selector = fc.oneof(
  fc.tuple(path, condition).map(([path, condition]) => ({ [path]: condition })),
  fc
    .tuple(fc.constantFrom("$or", "$and", "$nor"), path, condition)
    .map(([name, path, condition]) => ({ [name]: [{ [path]: condition }] })),
);

const MODIFYING =
  "$set $unset $inc $mul $min $max $rename $push $pop $pull $addToSet $pullAll $currentDate $toString";
const modifier = fc
  .tuple(fc.constantFrom(...MODIFYING.split(" ")), path, fc.oneof(operand, condition, path))
  .map(([name, path, operand]) => ({ [name]: { [path]: operand } }));

/** What it returns; `undefined` when it refuses. */
function attempt<R>(run: () => R): R | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof DdpError && error.error === 409) return undefined;
    throw error;
  }
}

test("selectors", () => {
  let matched = 0;
  fc.assert(
    fc.property(selector, fc.array(document, { minLength: 1, maxLength: 5 }), (selector, all) => {
      const compiled = attempt(() => compileSelector(selector));
      for (const document of all) if (compiled?.matches(document)) matched++;
    }),
    { numRuns: 1000 },
  );
  expect(matched).toBeGreaterThan(50);
});

test("orders and projections", () => {
  fc.assert(
    fc.property(path, path, fc.array(document, { maxLength: 5 }), (first, second, documents) => {
      const sorted = documents.toSorted(compileSort({ [first]: 1, [second]: -1 }));
      const projection = attempt(() => compileProjection({ [first]: 1, [second]: 1 }));
      for (const document of sorted) {
        const projected = projection?.(document) ?? {};
        expect(Object.getPrototypeOf(projected)).toBe(Object.prototype);
      }
    }),
  );
});

test("modifiers", () => {
  let modified = 0;
  fc.assert(
    fc.property(modifier, document, (modifier, document) => {
      const before = JSON.stringify(document);
      const result = attempt(() => modify(document, modifier));
      expect(JSON.stringify(document)).toBe(before);
      if (!result) return;
      modified++;
      expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    }),
    { numRuns: 1000 },
  );
  expect(modified).toBeGreaterThan(50);
  expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain("a");
});
