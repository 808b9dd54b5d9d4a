/**
 * Options that are numbers: counts, sizes, durations.
 *
 * @module
 */

/**
 * Returns the number.
 *
 * @throws RangeError for anything but a number above 0; `Infinity` is one.
 */
export function positive(name: string, value: number): number {
  if (typeof value === "number" && value > 0) return value;
  // (Text comes from the environment or a file, where the types don't see it.)
  const shown = typeof value === "number" ? value : JSON.stringify(value);
  throw new RangeError(`${name} is ${shown}, and has to be a number above 0`);
}
