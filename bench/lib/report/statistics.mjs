/**
 * What becomes of the rounds.
 *
 * @module
 */

/**
 * The median, with the least and the most.
 *
 * @typedef {{ median: number, min: number, max: number }} Spread
 */

/**
 * @param {readonly number[]} values
 * @returns {Spread | undefined}
 */
export function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [min, max, upper] = [sorted[0], sorted.at(-1), sorted[middle]];
  if (min === undefined || max === undefined || upper === undefined) return undefined;
  const lower = sorted.length % 2 === 0 ? (sorted[middle - 1] ?? upper) : upper;
  return { median: (lower + upper) / 2, min, max };
}

/**
 * The ratio in each round in which both were measured.
 *
 * @param {readonly (number | undefined)[]} values
 * @param {readonly (number | undefined)[]} baseline
 */
export function ratios(values, baseline) {
  return values.flatMap((value, round) => {
    const base = baseline[round];
    return value === undefined || base === undefined || base === 0 ? [] : [value / base];
  });
}
