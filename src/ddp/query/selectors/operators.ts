/**
 * The operators of selectors. What they make of values and paths is our own: they know the values of EJSON, and go through arrays
 * as MongoDB does. Those that run code or expressions aren't here at all.
 *
 * @module
 */

import { Context } from "mingo/core";
import { $and, $nor, $not, $or } from "mingo/operators/query/logical";
import { Query } from "mingo/query";
import type { Options, QueryOperator } from "mingo/types";
import { isPlainObject } from "../../protocol/fields.ts";
import { invalidQuery } from "../invalid.ts";
import { compilePath } from "../path.ts";
import { bits, equalTo, like, ofType, oneOf, ordered, remainder } from "./value-tests.ts";
import type { Test } from "./value-tests.ts";

type Matches = (document: object) => boolean;

/** Stands for an element by itself: if that is an array, it isn't gone through. (No field has such a name.) */
const ELEMENT = "\0";

/** Whether a value at the path passes. */
function whole(path: string, test: Test): Matches {
  const lookup = compilePath(path);
  return (document) => lookup(document, test);
}

/** Whether a value at the path passes, or an element where that is an array. */
function some(path: string, test: Test): Matches {
  if (path === ELEMENT) return whole(path, test);
  return whole(path, (value) => test(value) || (Array.isArray(value) && value.some(test)));
}

function operator(compile: (operand: unknown) => Test): QueryOperator {
  return (path: string, operand: unknown, _options: unknown) => some(path, compile(operand));
}

function negated(compile: (operand: unknown) => Test): QueryOperator {
  return (path: string, operand: unknown, _options: unknown) => {
    const matches = some(path, compile(operand));
    return (document: object) => !matches(document);
  };
}

function $exists(path: string, operand: unknown, _options: unknown): Matches {
  const isThere = whole(path, (value) => value !== undefined);
  return (document) => isThere(document) === Boolean(operand);
}

function $size(path: string, operand: unknown, _options: unknown): Matches {
  return whole(path, (value) => Array.isArray(value) && value.length === operand);
}

function $elemMatch(path: string, operand: unknown, options: Options): Matches {
  if (!isPlainObject(operand)) throw invalidQuery("$elemMatch needs an object");
  const matches = compileElement(operand, options);
  return whole(path, (value) => Array.isArray(value) && value.some(matches));
}

const LOGICAL = new Set(["$and", "$or", "$nor"]);

/** The operand has conditions on the fields of elements, or on elements as they are. */
function compileElement(operand: Record<string, unknown>, options: Options): Test {
  const isAboutValues = Object.keys(operand).some((name) => name[0] === "$" && !LOGICAL.has(name));
  if (isAboutValues) {
    const query = new Query({ [ELEMENT]: operand }, options);
    return (element) => query.test({ [ELEMENT]: element });
  }
  const query = new Query(operand, options);
  return (element) => isPlainObject(element) && query.test(element);
}

function $all(path: string, operand: unknown, options: Options): Matches {
  if (!Array.isArray(operand)) throw invalidQuery("$all needs an array");
  const all = operand.map((part: unknown) => {
    if (isPlainObject(part) && Object.hasOwn(part, "$elemMatch")) {
      return $elemMatch(path, part["$elemMatch"], options);
    }
    return some(path, part instanceof RegExp ? like(part) : equalTo(part));
  });
  return (document) => all.length > 0 && all.every((matches) => matches(document));
}

/** What selectors may use. */
export const CONTEXT: Context = Context.init({
  query: {
    $all,
    $and,
    $bitsAllClear: operator(bits((set) => set === 0)),
    $bitsAllSet: operator(bits((set, mask) => set === mask)),
    $bitsAnyClear: operator(bits((set, mask) => set !== mask)),
    $bitsAnySet: operator(bits((set) => set !== 0)),
    $elemMatch,
    $eq: operator(equalTo),
    $exists,
    $gt: operator(ordered((order) => order > 0)),
    $gte: operator(ordered((order) => order >= 0)),
    $in: operator(oneOf),
    $lt: operator(ordered((order) => order < 0)),
    $lte: operator(ordered((order) => order <= 0)),
    $mod: operator(remainder),
    $ne: negated(equalTo),
    $nin: negated(oneOf),
    $nor,
    $not,
    $or,
    $regex: operator(like),
    $size,
    $type: operator(ofType),
  },
});
