/**
 * What a publication has returned.
 *
 * @module
 */

import type { Publishable } from "../../live/live-source.ts";

/**
 * The queries that it returned; `undefined` for nothing.
 *
 * @throws TypeError for anything else.
 */
export function toCursors(published: unknown): readonly Publishable[] | undefined {
  if (!published) return undefined;
  const cursors: readonly unknown[] = Array.isArray(published) ? published : [published];
  if (cursors.every(isPublishable)) return cursors;
  throw new TypeError("a publication returns a query, an array of queries, or nothing");
}

function isPublishable(value: unknown): value is Publishable {
  if (typeof value !== "object" || value === null) return false;
  const { collection, observe } = value as Partial<Publishable>;
  return typeof collection === "string" && typeof observe === "function";
}
