/**
 * Tests of single values, made from the operands of a selector's operators.
 *
 * @module
 */

import { equals } from "../../protocol/ejson/equals.ts";
import { stringify } from "../../protocol/ejson/text.ts";
import { compareValues, rankOf } from "../compare.ts";
import { invalidQuery } from "../invalid.ts";

/** Whether a value is as wanted; `undefined` when there is none. */
export type Test = (value: unknown) => boolean;

/** `null` stands for a missing field too. */
export function equalTo(operand: unknown): Test {
  if (operand === null || operand === undefined) return (value) => (value ?? null) === null;
  if (typeof operand !== "object" && !Number.isNaN(operand)) return (value) => value === operand;
  return (value) => equals(value, operand, { keyOrderSensitive: true });
}

/** Equal to one of these; a text may be like one of them, where that is a regular expression. */
export function oneOf(operand: unknown): Test {
  if (!Array.isArray(operand)) throw invalidQuery("$in and $nin need an array");
  const simple = new Set<unknown>(operand);
  if (simple.has(null)) simple.add(undefined);
  // (As texts, so that there may be many.)
  const texts = new Set<string>();
  const patterns: Test[] = [];
  for (const value of operand as unknown[]) {
    if (value instanceof RegExp) patterns.push(like(value));
    else if (typeof value === "object" && value !== null) texts.add(stringify(value));
  }
  return (value) => {
    if (simple.has(value) || patterns.some((test) => test(value))) return true;
    if (texts.size === 0 || typeof value !== "object" || value === null) return false;
    return texts.has(stringify(value));
  };
}

/** A text that the expression is found in; or the same expression. */
export function like(operand: unknown): Test {
  const expression = operand as RegExp;
  // (With either of these flags an expression remembers where it was.)
  const stateless = new RegExp(expression.source, expression.flags.replace(/[gy]/g, ""));
  return (value) => (typeof value === "string" ? stateless.test(value) : equals(value, expression));
}

/** Of the operand's type, and on the right side of it. */
export function ordered(isRight: (order: number) => boolean): (operand: unknown) => Test {
  return (operand) => {
    const wanted = operand ?? null;
    const rank = rankOf(wanted);
    return (value) => {
      const other = value ?? null;
      return rankOf(other) === rank && isRight(compareValues(other, wanted));
    };
  };
}

export function remainder(operand: unknown): Test {
  const [divisor, rest] = Array.isArray(operand) ? (operand as unknown[]) : [];
  if (typeof divisor !== "number" || typeof rest !== "number") {
    throw invalidQuery("$mod needs a divisor and a remainder");
  }
  return (value) => typeof value === "number" && value % divisor === rest;
}

/** The operand is a number, or the positions of bits; of 32 bits. */
export function bits(isRight: (set: number, mask: number) => boolean): (operand: unknown) => Test {
  return (operand) => {
    const positions = Array.isArray(operand) ? (operand as unknown[]) : [];
    const mask = positions.reduce<unknown>(
      (sum, position) => (sum as number) | (1 << (position as number)),
      typeof operand === "number" ? operand : 0,
    ) as number;
    return (value) => Number.isInteger(value) && isRight((value as number) & mask, mask);
  };
}

/** Numbers of JavaScript have one type; to be an `int` or a `long`, one has to be whole. */
const WHOLE = ["int", "long", 16, 18];

/** By rank: what MongoDB calls it. */
const TYPES: readonly (readonly unknown[])[] = [
  ["undefined", 6],
  ["null", 10],
  ["number", "double", "decimal", 1, 19],
  ["string", 2],
  ["object", 3],
  ["array", 4],
  ["binData", 5],
  ["objectId", 7],
  ["bool", 8],
  ["date", 9],
  ["regex", 11],
];

/** By the names or numbers that MongoDB gives to types: of one of them, where there are several. */
export function ofType(operand: unknown): Test {
  if (Array.isArray(operand)) {
    const tests = operand.map(ofType);
    return (value) => tests.some((test) => test(value));
  }
  if (WHOLE.includes(operand as string)) return Number.isInteger;
  const rank = TYPES.findIndex((names) => names.includes(operand));
  if (rank < 0) throw invalidQuery("$type needs a type that there is");
  return (value) => rankOf(value) === rank;
}
