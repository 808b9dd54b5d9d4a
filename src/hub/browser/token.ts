/**
 * Random names for tabs and messages.
 *
 * @module
 */

const BYTES = 12;

/** 16 characters. (`crypto.randomUUID` is missing on pages that came over plain HTTP from another machine.) */
export function createToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_");
}
