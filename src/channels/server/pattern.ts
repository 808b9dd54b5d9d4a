/**
 * Patterns of channel names.
 *
 * @module
 */

/**
 * Says of names whether they are as a pattern says, in which `*` stands for anything. The pattern is read once, whatever
 * its length; for each name it takes linear time for each `*` at most, and several in a row are one.
 */
export function matcherOf(pattern: string): (name: string) => boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return (name) => name === pattern;
  const last = rest.pop() ?? "";
  const between = rest.filter((part) => part !== "");
  return (name) => {
    if (!name.startsWith(first)) return false;
    let at = first.length;
    for (const part of between) {
      const found = name.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return name.length - last.length >= at && name.endsWith(last);
  };
}
