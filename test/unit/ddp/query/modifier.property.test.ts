/**
 * Modifiers, beside the library's updater where that means the same, and beside a model that takes its time.
 *
 * @module
 */

import fc from "fast-check";
import { Context } from "mingo/core";
import * as queryOperators from "mingo/operators/query";
import { updateOne } from "mingo/updater";
import { expect, test } from "vitest";
import { isPlainObject } from "../../../../src/ddp/protocol/fields.ts";
import { modify } from "../../../../src/ddp/query/modifier.ts";

type Json = null | number | string | Json[] | { [name: string]: Json };
type JsonObject = { [name: string]: Json };

const name = fc.constantFrom("a", "b", "c");
const leaf: fc.Arbitrary<Json> = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom("x", "y"),
);
const value: fc.Arbitrary<Json> = fc.oneof(
  leaf,
  fc.array(leaf, { maxLength: 4 }),
  fc.dictionary(name, leaf, { maxKeys: 2 }),
);
const document: fc.Arbitrary<JsonObject> = fc.dictionary(
  name,
  fc.oneof(value, fc.dictionary(name, value, { maxKeys: 3 })),
  { maxKeys: 3 },
);

/** Paths that never lead through an array, so that both sides agree where they go. */
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("."));

/** What a path leads to; `fit` is `false` where it leads through something that isn't an object. */
function look(document: Json, path: string): { fit: boolean; value: Json | undefined } {
  let value: Json | undefined = document;
  for (const name of path.split(".")) {
    if (value === undefined) continue;
    if (!isPlainObject(value)) return { fit: false, value: undefined };
    value = value[name];
  }
  return { fit: true, value };
}

type Fits = (value: unknown) => boolean;
type Case = readonly [operator: string, operand: Json, fits: Fits];

const isNumber: Fits = (value) => value === undefined || typeof value === "number";
const isThere: Fits = (value) => value !== undefined;

function operator(name: string, operand: fc.Arbitrary<Json>, fits: Fits): fc.Arbitrary<Case> {
  return operand.map((operand): Case => [name, operand, fits]);
}

const leaves = fc.array(leaf, { maxLength: 4 });

/** Modifiers of one field, with what the field has to be. (The library doesn't cut a new array.) */
const cases: fc.Arbitrary<Case> = fc.oneof(
  operator("$set", value, () => true),
  operator("$unset", fc.constant(1), isThere),
  operator("$inc", fc.integer({ min: -5, max: 5 }), isNumber),
  operator("$mul", fc.integer({ min: 1, max: 5 }), isNumber),
  operator("$push", leaf, (value) => value === undefined || Array.isArray(value)),
  operator(
    "$push",
    fc.record({ $each: leaves, $slice: fc.integer({ min: 1, max: 3 }) }),
    Array.isArray,
  ),
  operator("$pull", leaf, Array.isArray),
  operator("$pullAll", leaves, Array.isArray),
);

test("a modifier of one field does what the library's updater does", () => {
  const options = { context: Context.init({ query: queryOperators }) };
  let compared = 0;
  fc.assert(
    fc.property(document, path, cases, (document, path, [operator, operand, fits]) => {
      const { fit, value } = look(document, path);
      fc.pre(fit && fits(value));
      compared++;
      const expected = [structuredClone(document)];
      updateOne(expected, {}, { [operator]: { [path]: operand } }, {}, options);
      const result = modify(document, { [operator]: { [path]: operand } });
      expect(result, `${operator} ${path}`).toEqual(expected[0]);
    }),
    { numRuns: 500 },
  );
  expect(compared).toBeGreaterThan(100);
});

/** Sets or unsets, having copied everything. */
function slowly(document: JsonObject, path: string, value: Json | undefined): JsonObject {
  const copy = structuredClone(document);
  const names = path.split(".");
  const last = names.pop() as string;
  let holder = copy;
  for (const name of names) holder = (holder[name] ??= {}) as JsonObject;
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return copy;
}

test("a modifier of many fields does one after the other, and leaves the document alone", () => {
  const objects = fc.dictionary(name, fc.dictionary(name, leaf)) as fc.Arbitrary<JsonObject>;
  const short = fc.array(name, { minLength: 2, maxLength: 2 }).map((names) => names.join("."));
  fc.assert(
    fc.property(objects, fc.dictionary(short, leaf), short, (document, sets, gone) => {
      const before = JSON.stringify(document);
      const modifier = { $set: sets, $unset: { [gone]: 1 } };
      let expected = document;
      for (const [path, value] of Object.entries(sets)) expected = slowly(expected, path, value);
      if (look(expected, gone).value !== undefined) expected = slowly(expected, gone, undefined);
      expect(modify(document, modifier)).toEqual(expected);
      expect(JSON.stringify(document)).toBe(before);
    }),
    { numRuns: 200 },
  );
});
