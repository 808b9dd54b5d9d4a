/**
 * What was published, as applications see it.
 *
 * @module
 */

import type { Publication } from "./types.ts";
import type { WirePublication } from "./wire.ts";

export function toPublication<T>({ data, offset, info, tags }: WirePublication): Publication<T> {
  return { type: "publication", data: data as T, offset, info, tags };
}
