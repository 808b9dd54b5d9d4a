/**
 * Names and text as SQL has them.
 *
 * @module
 */

/** @throws TypeError for what can't be a name. */
export function quoteIdentifier(name: string): string {
  if (typeof name !== "string" || name === "" || name.includes("\0")) {
    throw new TypeError("a name in SQL is a string that is not empty");
  }
  return `"${name.replaceAll('"', '""')}"`;
}

/** (`E''` means the same whatever `standard_conforming_strings` is.) */
export function quoteLiteral(text: string): string {
  if (text.includes("\0")) throw new TypeError("text in SQL has no NUL");
  return `E'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}
