/**
 * What tells an encoded value from an object of the application's.
 *
 * @module
 */

/** Which kind of encoded value an object with exactly these fields is. */
export type Encoding = "date" | "regexp" | "number" | "binary" | "escape" | "custom";

/** The kind of encoded value that `value` is or looks like; `undefined` when it is an ordinary object. */
export function looksEncoded(value: object): Encoding | undefined {
  const names = Object.keys(value);
  const [first, second] = names;
  if (names.length === 1) {
    if (first === "$date") return "date";
    if (first === "$InfNaN") return "number";
    if (first === "$binary") return "binary";
    if (first === "$escape") return "escape";
  } else if (names.length === 2) {
    if (isPair(first, second, "$regexp", "$flags")) return "regexp";
    if (isPair(first, second, "$type", "$value")) return "custom";
  }
  return undefined;
}

function isPair(a: string | undefined, b: string | undefined, x: string, y: string): boolean {
  return (a === x && b === y) || (a === y && b === x);
}
