/**
 * Dictionaries, as decoders make them.
 *
 * @module
 */

/** An object that is neither a list nor bytes. */
export function isDict(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value)
  );
}

export function isEmpty(dict: Readonly<Record<string, unknown>>): boolean {
  for (const _ in dict) return false;
  return true;
}
