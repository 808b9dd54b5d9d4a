/**
 * The operators of modifiers for arrays.
 *
 * @module
 */

import { stringify } from "../../protocol/ejson/text.ts";
import { getField, isPlainObject } from "../../protocol/fields.ts";
import type { Fields } from "../../protocol/fields.ts";
import { compareValues } from "../compare.ts";
import type { Draft } from "./draft.ts";
import { invalidQuery } from "../invalid.ts";
import { child } from "../path.ts";
import { compileSelector } from "../selector.ts";
import { compileSort } from "../sort.ts";
import { copyValue } from "../values.ts";

export function push(draft: Draft, names: readonly string[], operand: unknown): void {
  const isList = isPlainObject(operand) && Object.hasOwn(operand, "$each");
  const options = isList ? checkedOptions(operand) : {};
  const added = copyEach(isList ? operand["$each"] : [operand], names);
  changeArray(draft, names, (before) => {
    const at = position(getField(options, "$position"), before.length);
    const values = [...before.slice(0, at), ...added, ...before.slice(at)];
    const sort = getField(options, "$sort");
    if (sort !== undefined) values.sort(compileElements(sort));
    return sliced(values, getField(options, "$slice"));
  });
}

export function addToSet(draft: Draft, names: readonly string[], operand: unknown): void {
  const isList = isPlainObject(operand) && Object.keys(operand)[0] === "$each";
  const added = copyEach(isList ? operand["$each"] : [operand], names);
  changeArray(draft, names, (before) => {
    const texts = new Set(before.map((value) => stringify(value)));
    const values = before.slice();
    for (const value of added) {
      const text = stringify(value);
      if (!texts.has(text)) values.push(value);
      texts.add(text);
    }
    return values;
  });
}

/** 1 takes the last one, -1 the first. */
export function pop(draft: Draft, names: readonly string[], operand: unknown): void {
  if (draft.get(names) === undefined) return;
  const isFirst = typeof operand === "number" && operand < 0;
  changeArray(draft, names, (before) => (isFirst ? before.slice(1) : before.slice(0, -1)));
}

export function pullAll(draft: Draft, names: readonly string[], operand: unknown): void {
  if (!Array.isArray(operand)) throw invalidQuery("$pullAll needs an array");
  if (draft.get(names) === undefined) return;
  const texts = new Set(operand.map((value: unknown) => stringify(value)));
  changeArray(draft, names, (before) => before.filter((value) => !texts.has(stringify(value))));
}

/** Takes away the elements that are equal to the operand; or that match, when it has fields or operators. */
export function pull(draft: Draft, names: readonly string[], operand: unknown): void {
  const values = draft.get(names);
  if (values === undefined) return;
  const matches = compilePull(operand, Array.isArray(values) ? values.length : 0);
  changeArray(draft, names, (before) => before.filter((value) => !matches(value)));
}

function compilePull(operand: unknown, elements: number): (value: unknown) => boolean {
  checkEffort(operand, Math.min(MAX_CONDITIONS, Math.max(MIN_CONDITIONS, MAX_TESTS / elements)));
  const isByFields =
    isPlainObject(operand) && !Object.keys(operand).some((name) => name.startsWith("$"));
  if (isByFields) {
    const { matches } = compileSelector(operand);
    return (value) => isPlainObject(value) && matches(value);
  }
  const { matches } = compileSelector({ element: operand });
  return (element) => matches({ element });
}

/** A condition may come from a client, and each of many elements is asked for each part of it. */
const MAX_CONDITIONS = 1000;
/** So many there may be for any number of elements. */
const MIN_CONDITIONS = 10;
/** How many conditions may be asked, of all elements together. */
const MAX_TESTS = 2_000_000;

/** How much is left of `rest`, which is how many parts the condition may have. */
function checkEffort(condition: unknown, rest: number): number {
  const isPattern = condition instanceof RegExp || child(condition, "$regex") !== undefined;
  if (isPattern) throw invalidQuery("$pull knows no regular expressions");
  if (typeof condition !== "object" || condition === null) return rest - 1;
  let left = rest - 1;
  for (const [name, part] of Object.entries(condition)) {
    if (name === "$in" || name === "$nin") checkList(part);
    else left = checkEffort(part, left);
    if (left < 0) throw invalidQuery("$pull has too many conditions");
  }
  return left;
}

/** However many values there are in it, it takes one look to find one. */
function checkList(values: unknown): void {
  if (!Array.isArray(values)) return;
  if (values.some((value) => value instanceof RegExp)) {
    throw invalidQuery("$pull knows no regular expressions");
  }
}

function changeArray(
  draft: Draft,
  names: readonly string[],
  change: (before: readonly unknown[]) => unknown[],
): void {
  draft.change(names, (before) => {
    if (before === undefined) return change([]);
    if (Array.isArray(before)) return change(before);
    throw invalidQuery(`${names.join(".")} is no array`);
  });
}

function copyEach(values: unknown, names: readonly string[]): unknown[] {
  if (!Array.isArray(values)) throw invalidQuery("$each needs an array");
  return values.map((value) => copyValue(value, names.length + 1) ?? null);
}

const PUSH_OPTIONS = new Set(["$each", "$position", "$slice", "$sort"]);

function checkedOptions(options: Fields): Fields {
  for (const name of Object.keys(options)) {
    if (!PUSH_OPTIONS.has(name)) throw invalidQuery(`$push has no option ${name}`);
  }
  return options;
}

/** Positions below 0 count from the end. */
function position(value: unknown, length: number): number {
  if (value === undefined) return length;
  if (!Number.isInteger(value)) throw invalidQuery("$position needs an integer");
  return value as number;
}

function sliced(values: unknown[], slice: unknown): unknown[] {
  if (slice === undefined) return values;
  if (!Number.isInteger(slice)) throw invalidQuery("$slice needs an integer");
  const count = slice as number;
  if (count === 0) return [];
  return count < 0 ? values.slice(count) : values.slice(0, count);
}

function compileElements(sort: unknown): (a: unknown, b: unknown) => number {
  if (sort === 1 || sort === -1) return (a, b) => sort * compareValues(a, b);
  if (!isPlainObject(sort)) throw invalidQuery("$sort needs 1, -1 or fields");
  const compare = compileSort(sort as Record<string, 1 | -1>);
  return (a, b) => compare(isPlainObject(a) ? a : {}, isPlainObject(b) ? b : {});
}
