/**
 * When things expire.
 *
 * @module
 */

/** Seconds until something expires. */
export function ttlOf(expireAt: number | undefined): { expires?: boolean; ttl?: number } {
  if (expireAt === undefined) return {};
  return { expires: true, ttl: Math.max(1, Math.ceil(expireAt - Date.now() / 1000)) };
}
