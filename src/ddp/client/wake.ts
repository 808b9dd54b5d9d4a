/**
 * Noticing that waiting makes no more sense.
 *
 * @module
 */

/** What this file needs of its platform, where it is there: browsers tell when the network is back. */
interface Platform {
  addEventListener?(type: string, listener: () => void): void;
  removeEventListener?(type: string, listener: () => void): void;
}

/** Calls back when the network is back. Returns how to stop that. */
export function onOnline(callback: () => void): () => void {
  const platform = globalThis as unknown as Platform;
  platform.addEventListener?.("online", callback);
  return () => platform.removeEventListener?.("online", callback);
}
