/**
 * Everybody may do everything.
 *
 * @module
 */

import type { Authorizer, Decision } from "./authorizer.ts";

/**
 * Allows everything, also to kill sessions by the meta API: for a realm whose sessions are all trusted.
 *
 * @example
 * ```ts
 * const realms = { backend: { authenticators, authorizer: allowAll() } };
 * ```
 */
export function allowAll(decision: Omit<Decision, "allow"> = {}): Authorizer {
  const allowed = { ...decision, allow: true };
  return { authorize: () => allowed };
}
