/**
 * What the library would misunderstand in a selector is refused before it sees it.
 *
 * @module
 */

import { isPlainObject } from "../../protocol/fields.ts";
import type { Fields, MutableFields } from "../../protocol/fields.ts";
import { invalidQuery } from "../invalid.ts";

const LOGICAL = new Set(["$and", "$or", "$nor"]);

/**
 * The selector without comments.
 *
 * @throws DdpError for names that are, or that the library would take for, what every object inherits.
 */
export function checkSelector(selector: Fields): Fields {
  checkPrototype(selector);
  const checked: MutableFields = {};
  for (const [name, condition] of Object.entries(selector)) {
    if (name === "$comment") continue;
    if (name[0] !== "$") checkCondition(condition);
    checked[name] = LOGICAL.has(name) ? checkAll(name, condition) : condition;
  }
  return checked;
}

function checkAll(name: string, selectors: unknown): Fields[] {
  if (!Array.isArray(selectors) || selectors.length === 0 || !selectors.every(isPlainObject)) {
    throw invalidQuery(`${name} needs an array of selectors`);
  }
  return selectors.map(checkSelector);
}

/** A value, or operators; they don't mix. */
function checkCondition(condition: unknown): void {
  if (!isPlainObject(condition)) return;
  const names = Object.keys(condition);
  const operators = names.filter((name) => name[0] === "$");
  if (operators.length === 0) return;
  if (operators.length < names.length) throw invalidQuery("operators and fields don't mix");
  for (const name of names) {
    const operand = condition[name];
    if (name === "$not") checkNot(operand);
    else if (name === "$elemMatch" && isPlainObject(operand)) checkElement(operand);
  }
}

function checkNot(operand: unknown): void {
  const isFit =
    operand instanceof RegExp || (isPlainObject(operand) && Object.keys(operand)[0]?.[0] === "$");
  if (!isFit) throw invalidQuery("$not needs operators or a regular expression");
  checkCondition(operand);
}

function checkElement(operand: Fields): void {
  const isSelector = Object.keys(operand).every((name) => name[0] !== "$" || LOGICAL.has(name));
  if (isSelector) checkSelector(operand);
  else checkCondition(operand);
}

/** (When it copies a condition on such a field, it loses it.) */
function checkPrototype(value: unknown): void {
  if (Array.isArray(value)) return value.forEach(checkPrototype);
  if (!isPlainObject(value)) return;
  for (const [name, field] of Object.entries(value)) {
    if (name.split(".").includes("__proto__")) throw invalidQuery(`${name} can't be selected by`);
    checkPrototype(field);
  }
}
