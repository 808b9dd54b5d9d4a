/**
 * The body of a request, if it is small and comes in time.
 *
 * @module
 */

import type { Clock } from "../util/clock.ts";

/** How much is read of a body, and for how long. */
export interface BodyLimits {
  readonly maxBytes: number;
  readonly timeout: number;
  readonly clock: Clock;
}

/** Resolves with the status to answer when the body is too large, too slow, or breaks off. */
export async function readBody(
  { headers, body }: Request,
  { maxBytes, timeout, clock }: BodyLimits,
): Promise<Uint8Array | 400 | 408 | 413> {
  if (Number(headers.get("content-length") ?? 0) > maxBytes) return 413;
  if (!body) return new Uint8Array();
  const reader = body.getReader();
  let isLate = false;
  const timer = clock.setTimeout(() => {
    isLate = true;
    reader.cancel().catch(() => {});
  }, timeout);
  try {
    const bytes = await collect(reader, maxBytes);
    return isLate ? 408 : (bytes ?? 413);
  } catch {
    return 400;
  } finally {
    clock.clearTimeout(timer);
    reader.cancel().catch(() => {});
  }
}

async function collect(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return join(chunks, size);
    size += value.length;
    if (size > maxBytes) return undefined;
    chunks.push(value);
  }
}

/** One array of them all. */
export function join(chunks: readonly Uint8Array[], size: number): Uint8Array {
  if (chunks.length === 1) return chunks[0] as Uint8Array;
  const joined = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}
