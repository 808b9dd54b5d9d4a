/**
 * What somebody may have meant.
 *
 * @module
 */

/** More differences than this are no slip of the finger. */
const MAX_DISTANCE = 2;

/** The name that is most like `word`, if one is. */
export function closest(word: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = MAX_DISTANCE + 1;
  for (const name of names) {
    const differences = distance(word.slice(0, 40), name);
    // A short name is like anything.
    if (differences >= least || differences >= name.length - 1) continue;
    best = name;
    least = differences;
  }
  return best;
}

/** How many characters to insert, drop or replace, to get from one to the other. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [y, character] of Array.from(from).entries()) {
    const next = [y + 1];
    for (const [x, other] of Array.from(to).entries()) {
      const replaced = row[x]! + (character === other ? 0 : 1);
      next.push(Math.min(replaced, row[x + 1]! + 1, next[x]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}
