/**
 * Options that nobody knows are refused: in plain JavaScript a typo would otherwise be the default, without a word.
 *
 * The names are a value beside each type of options, an `OptionNames<…>`: it compiles neither with a name too many nor
 * with one too few.
 *
 * @module
 */

import { closest } from "./closest.ts";

/** All names of a type of options; those of an object in them, where it is ours, instead of `true`. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true | KnownNames>>;

/** Names, as {@link checkOptions} takes them. */
export interface KnownNames {
  readonly [name: string]: true | KnownNames;
}

/**
 * `undefined` is no option, whatever its name.
 *
 * @throws TypeError for what is no object, and for an option of another name than these, with the one that was meant.
 */
export function checkOptions(caller: string, options: unknown, names: KnownNames): void {
  if (!isObject(options)) throw new TypeError(`${caller} takes its options as an object`);
  for (const [name, value] of Object.entries(options)) {
    const known = Object.hasOwn(names, name) ? names[name] : undefined;
    if (value === undefined) continue;
    if (known === undefined) throw new TypeError(explain(caller, name, names));
    if (known !== true && isObject(value)) checkOptions(`${caller}'s option ${name}`, value, known);
  }
}

function explain(caller: string, name: string, names: KnownNames): string {
  const meant = closest(name, Object.keys(names));
  const hint = meant === undefined ? "" : `: did you mean "${meant}"?`;
  return `${caller} has no option ${JSON.stringify(name)}${hint}`;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
