/**
 * The operators of modifiers, each for one field.
 *
 * @module
 */

import { isPlainObject } from "../../protocol/fields.ts";
import { addToSet, pop, pull, pullAll, push } from "./array-operators.ts";
import { compareValues } from "../compare.ts";
import type { Draft } from "./draft.ts";
import { parsePath } from "./draft.ts";
import { invalidQuery } from "../invalid.ts";
import { copyValue } from "../values.ts";

/** Does its part to the field that the names lead to. */
export type Operator = (draft: Draft, names: readonly string[], operand: unknown) => void;

function set(draft: Draft, names: readonly string[], operand: unknown): void {
  const value = copyValue(operand, names.length);
  if (value === undefined) draft.changeExisting(names, () => undefined);
  else draft.change(names, () => value);
}

function unset(draft: Draft, names: readonly string[]): void {
  draft.changeExisting(names, () => undefined);
}

function arithmetic(missing: (by: number) => number, compute: (a: number, b: number) => number) {
  return (draft: Draft, names: readonly string[], operand: unknown): void => {
    if (typeof operand !== "number") throw invalidQuery("$inc and $mul need a number");
    draft.change(names, (before) => {
      if (before === undefined) return missing(operand);
      if (typeof before === "number") return compute(before, operand);
      throw invalidQuery(`${names.join(".")} is no number`);
    });
  };
}

/** The one that comes first in the direction. */
function extreme(direction: 1 | -1): Operator {
  return (draft, names, operand) => {
    const value = copyValue(operand, names.length);
    draft.change(names, (before) =>
      before === undefined || direction * compareValues(value, before) < 0 ? value : before,
    );
  };
}

function rename(draft: Draft, names: readonly string[], operand: unknown): void {
  if (typeof operand !== "string") throw invalidQuery("$rename needs a name");
  const target = parsePath(operand);
  if (target.join(".") === names.join(".")) throw invalidQuery("$rename needs another name");
  const value = draft.get(names);
  if (value === undefined) return;
  draft.change(names, () => undefined);
  draft.change(target, () => value);
}

function currentDate(draft: Draft, names: readonly string[], operand: unknown): void {
  const isDate = operand === true || (isPlainObject(operand) && operand["$type"] === "date");
  if (!isDate) throw invalidQuery("$currentDate knows dates only");
  draft.change(names, () => new Date());
}

/** By name. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ["$addToSet", addToSet],
  ["$currentDate", currentDate],
  [
    "$inc",
    arithmetic(
      (by) => by,
      (a, b) => a + b,
    ),
  ],
  ["$max", extreme(-1)],
  ["$min", extreme(1)],
  [
    "$mul",
    arithmetic(
      () => 0,
      (a, b) => a * b,
    ),
  ],
  ["$pop", pop],
  ["$pull", pull],
  ["$pullAll", pullAll],
  ["$push", push],
  ["$rename", rename],
  ["$set", set],
  ["$setOnInsert", set],
  ["$unset", unset],
]);
