/**
 * How much memory an application's data takes, about: what is kept of it has to be bounded in bytes.
 *
 * @module
 */

/** What a value takes beside its contents. */
const EACH = 16;

/** In bytes; stops counting past the limit, so that it takes no more time than that allows, with cycles neither. */
export function payloadSize(value: unknown, limit: number): number {
  let size = 0;
  // A list of what is left rather than recursion: depth is up to who sent it.
  const left: unknown[] = [value];
  while (left.length > 0 && size <= limit) {
    const next = left.pop();
    size += EACH;
    if (typeof next === "string") size += 2 * next.length;
    else if (ArrayBuffer.isView(next)) size += next.byteLength;
    else if (typeof next === "object" && next !== null) size += open(next, left, limit - size);
  }
  return size;
}

/** Puts the contents of a list or dictionary to what is left; the size of the keys. */
function open(container: object, left: unknown[], limit: number): number {
  if (Array.isArray(container)) {
    if (container.length * EACH > limit) return container.length * EACH;
    for (const item of container) left.push(item);
    return 0;
  }
  let size = 0;
  for (const [key, item] of Object.entries(container)) {
    size += 2 * key.length;
    left.push(item);
  }
  return size;
}
