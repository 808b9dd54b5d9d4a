/**
 * After what a client doesn't come back.
 *
 * @module
 */

import { isRefused } from "../../connection/reconnecting.ts";
import type { ClosedError } from "../../errors.ts";
import * as CloseUri from "../protocol/close-uri.ts";
import * as ErrorUri from "../protocol/error-uri.ts";
import { WampError } from "../protocol/errors.ts";

/** What the router ends a session with that may be otherwise soon. */
const TEMPORARY: ReadonlySet<string> = new Set([
  CloseUri.CloseRealm,
  CloseUri.GoodbyeAndOut,
  CloseUri.Normal,
  CloseUri.SystemShutdown,
  ErrorUri.AuthorizationFailed,
  ErrorUri.NetworkFailure,
  ErrorUri.RuntimeError,
  ErrorUri.Timeout,
  ErrorUri.Unavailable,
]);

/** Whether there is no point in connecting again. */
export function isFatal(error: unknown): boolean {
  if (error instanceof WampError) return !TEMPORARY.has(error.uri);
  // (So a router ends a connection without a subprotocol, which it would do again.)
  return isRefused(error) || (error as ClosedError).closeCode === 1002;
}
