/**
 * What `$` in the path of a modifier stands for.
 *
 * @module
 */

import { isPlainObject } from "../../protocol/fields.ts";
import type { Fields } from "../../protocol/fields.ts";
import { valueAt } from "../path.ts";
import { compileSelector } from "../selector.ts";

/**
 * The position of the first element, in the array at `path`, that is as the selector wants it; `undefined` when the selector says
 * nothing of this array. Where it says several things of it, the last counts.
 */
export function findPosition(
  selector: unknown,
  document: object,
  path: string,
): number | undefined {
  const values = valueAt(document, path.split("."));
  if (!Array.isArray(values) || !isPlainObject(selector)) return undefined;
  const condition = conditionsOn(selector, path).at(-1);
  if (!condition) return undefined;
  const { matches } = compileSelector(condition);
  const position = values.findIndex((element: unknown) => matches({ at: [element] }));
  return position < 0 ? undefined : position;
}

/** Selectors for an array that is called `at`. */
function conditionsOn(selector: Fields, path: string): Fields[] {
  return Object.entries(selector).flatMap(([name, condition]) => {
    if (name === path || name.startsWith(`${path}.`)) {
      return [{ [`at${name.slice(path.length)}`]: condition }];
    }
    if (name !== "$and" && name !== "$or") return [];
    const parts = Array.isArray(condition) ? condition.filter(isPlainObject) : [];
    return parts.flatMap((part) => conditionsOn(part, path));
  });
}
