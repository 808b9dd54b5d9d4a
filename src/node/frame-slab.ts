/**
 * The memory in which frames are written that leave in the same turn. There is one for all connections: as long as each
 * gets rid of its frames before the next one has some, and the kernel takes them at once, no memory is allocated.
 *
 * @module
 */

const SIZE = 32 * 1024;

/** Views up to this length are kept: a view costs as much as the rest of a short frame. */
const KEPT_VIEWS = 1024;

/** Who was lent the slab and has not given it back after so many others asked is not going to. */
const PATIENCE = 10_000;

let slab: Buffer | undefined;
let views: (Buffer | undefined)[] = [];
let isLent = false;
let refused = 0;

/** The slab, if it is free; whoever gets it passes what was written to `returnSlab`. */
export function borrowSlab(size: number): Buffer | undefined {
  if (size > SIZE) return undefined;
  if (isLent && ++refused < PATIENCE) return undefined;
  if (isLent || !slab) renew();
  isLent = true;
  refused = 0;
  return slab;
}

/** `bytes.subarray(start, end)`; the same for the same. */
export function viewOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  if (bytes !== slab || start !== 0 || end >= KEPT_VIEWS) return bytes.subarray(start, end);
  return (views[end] ??= slab.subarray(0, end));
}

/** Nobody reads `chunk` any more, or else (`isDone` is `false`) somebody does for as long as it takes. */
export function returnSlab(chunk: Uint8Array, isDone: boolean): void {
  if (!isLent || (chunk !== views[chunk.length] && chunk.buffer !== slab?.buffer)) return;
  if (!isDone) renew();
  isLent = false;
}

function renew(): void {
  slab = Buffer.allocUnsafeSlow(SIZE);
  views = [];
}
