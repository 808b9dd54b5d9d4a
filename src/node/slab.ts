/**
 * Memory in which small pieces are put together for one write. It is used again and again, as long as the kernel takes
 * what is written at once: warm memory costs much less than fresh memory.
 *
 * @module
 */

import { copyBytes } from "../protocol/growing-buffer.ts";

/** Up to this size, pieces are put together: one write of warm memory is cheaper than a write of several pieces. */
export const JOIN_LIMIT: number = 160 * 1024;

/** Who doesn't get rid of a slab keeps it, so the smallest that is large enough is used. */
const SIZES = [4 * 1024, 32 * 1024, JOIN_LIMIT];

const slabs: (Buffer | undefined)[] = [];

/** Copies `chunks`, which have `size` bytes in all, at most `JOIN_LIMIT`, to shared memory. */
export function joinInSlab(chunks: readonly Uint8Array[], size: number): Buffer {
  const index = SIZES.findIndex((limit) => limit >= size);
  const slab = (slabs[index] ??= Buffer.allocUnsafeSlow(SIZES[index] as number));
  return join(chunks, slab).subarray(0, size);
}

/** Gives the memory of `joined` away: somebody still reads it. */
export function forgetSlab({ buffer }: Buffer): void {
  const index = slabs.findIndex((slab) => slab?.buffer === buffer);
  if (index >= 0) slabs[index] = undefined;
}

/** Copies `chunks` into `target`, one behind the other. */
export function join(chunks: readonly Uint8Array[], target: Buffer): Buffer {
  let offset = 0;
  for (const chunk of chunks) {
    copyBytes(chunk, 0, chunk.length, target, offset);
    offset += chunk.length;
  }
  return target;
}
