/**
 * The operators of selectors. Those that compare values are our own: they know the values of EJSON, and arrays within arrays of
 * objects, as MongoDB does. The others are the library's; those that run code or expressions aren't here at all.
 *
 * @module
 */

import { Context } from "mingo/core";
import { $all, $elemMatch, $size } from "mingo/operators/query/array";
import {
  $bitsAllClear,
  $bitsAllSet,
  $bitsAnyClear,
  $bitsAnySet,
} from "mingo/operators/query/bitwise";
import { $exists, $type } from "mingo/operators/query/element";
import { $mod } from "mingo/operators/query/evaluation";
import { $and, $nor, $not, $or } from "mingo/operators/query/logical";
import type { QueryOperator } from "mingo/types";
import { equals } from "../protocol/ejson/equals.ts";
import { compareValues, rankOf } from "./compare.ts";
import { invalidQuery } from "./invalid.ts";
import { compilePath } from "./path.ts";

type Test = (value: unknown) => boolean;
type Matches = (document: object) => boolean;

/** Whether a value at the path passes, or an element where that is an array. */
function some(path: string, test: Test): Matches {
  const lookup = compilePath(path);
  const visit: Test = (value) => test(value) || (Array.isArray(value) && value.some(test));
  return (document) => lookup(document, visit);
}

function negate(matches: Matches): Matches {
  return (document) => !matches(document);
}

/** `null` stands for a missing field too. */
function equalTo(operand: unknown): Test {
  if (operand === null || operand === undefined) return (value) => (value ?? null) === null;
  if (typeof operand !== "object" && !Number.isNaN(operand)) return (value) => value === operand;
  return (value) => equals(value, operand, { keyOrderSensitive: true });
}

function oneOf(operand: unknown): Test {
  if (!Array.isArray(operand)) throw invalidQuery("$in and $nin need an array");
  const simple = new Set<unknown>(operand);
  const tests = operand
    .filter((value) => typeof value === "object")
    .map((value) => (value instanceof RegExp ? like(value) : equalTo(value)));
  return (value) => simple.has(value) || tests.some((test) => test(value));
}

/** A text that the expression is found in; or the same expression. */
function like(expression: RegExp): Test {
  // (With either of these flags an expression remembers where it was.)
  const { source, flags } = expression;
  const stateless = new RegExp(source, flags.replace(/[gy]/g, ""));
  return (value) => (typeof value === "string" ? stateless.test(value) : equals(value, expression));
}

function ordered(operand: unknown, isRight: (order: number) => boolean): Test {
  const wanted = operand ?? null;
  const rank = rankOf(wanted);
  return (value) => {
    const other = value ?? null;
    return rankOf(other) === rank && isRight(compareValues(other, wanted));
  };
}

function operator(compile: (operand: unknown) => Test): QueryOperator {
  return (path: string, operand: unknown, _options: unknown) => some(path, compile(operand));
}

function negated(compile: (operand: unknown) => Test): QueryOperator {
  return (path: string, operand: unknown, _options: unknown) =>
    negate(some(path, compile(operand)));
}

const OWN = {
  $eq: operator(equalTo),
  $ne: negated(equalTo),
  $in: operator(oneOf),
  $nin: negated(oneOf),
  $lt: operator((operand) => ordered(operand, (order) => order < 0)),
  $lte: operator((operand) => ordered(operand, (order) => order <= 0)),
  $gt: operator((operand) => ordered(operand, (order) => order > 0)),
  $gte: operator((operand) => ordered(operand, (order) => order >= 0)),
  $regex: operator((operand) => like(operand as RegExp)),
};

/** What selectors may use. */
export const CONTEXT: Context = Context.init({
  query: {
    ...OWN,
    $all,
    $and,
    $bitsAllClear,
    $bitsAllSet,
    $bitsAnyClear,
    $bitsAnySet,
    $elemMatch,
    $exists,
    $mod,
    $nor,
    $not,
    $or,
    $size,
    $type,
  },
});
