/**
 * What the browser remembers for us, where it may: a person can forbid it.
 *
 * @module
 */

/** Something remembered by this tab (`sessionStorage`), or by all of them (`localStorage`). */
export function recall(
  storage: "sessionStorage" | "localStorage",
  name: string,
): string | undefined {
  try {
    return globalThis[storage].getItem(`chat.${name}`) ?? undefined;
  } catch {
    return undefined;
  }
}

export function remember(
  storage: "sessionStorage" | "localStorage",
  name: string,
  value: string,
): void {
  try {
    globalThis[storage].setItem(`chat.${name}`, value);
  } catch {
    // Then it is asked for again next time.
  }
}
