/**
 * Where a redirect leads, and what goes along.
 *
 * @module
 */

import { withoutCredentials } from "./request-headers.ts";
import type { Field } from "./request-headers.ts";
import { originOf, readTarget } from "./target.ts";
import type { Target } from "./target.ts";

const STATUSES = new Set([301, 302, 303, 307, 308]);

/** The next request. */
export interface Redirect {
  readonly target: Target;
  readonly fields: readonly Field[];
}

export function isRedirect(status: number, location: string | undefined): location is string {
  return location !== undefined && STATUSES.has(status);
}

/** What to do about a redirect from `target`; a string says why it is not followed. */
export function followRedirect(
  target: Target,
  fields: readonly Field[],
  location: string,
): Redirect | string {
  const next = readLocation(target, location);
  if (!next || next.socketPath !== target.socketPath) {
    return "the server redirected to something that is no WebSocket";
  }
  if (originOf(next) === originOf(target)) {
    const authorization = next.authorization ?? target.authorization;
    return { target: { ...next, authorization }, fields };
  }
  if (target.isSecure && !next.isSecure) return "the server redirected from wss: to ws:";
  if (target.socketPath !== undefined) return "the server redirected away from a Unix socket";
  return { target: next, fields: withoutCredentials(fields) };
}

function readLocation(target: Target, location: string): Target | undefined {
  try {
    return readTarget(location, target.socketPath, target.url);
  } catch {
    return undefined;
  }
}
