/**
 * Errors of the bridge, as answers: a WAMP error is a URI, with arguments, in every case; HTTP has a status for it.
 *
 * @module
 */

import * as ErrorUri from "../../protocol/error-uri.ts";
import type { WampError } from "../../protocol/errors.ts";
import type { Uri } from "../../protocol/messages.ts";

/** A request that is refused before it becomes one of WAMP. */
export class BridgeError extends Error {
  readonly status: number;
  readonly uri: Uri;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    uri: Uri,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.uri = uri;
    this.headers = headers;
  }
}

export function invalid(message: string): BridgeError {
  return new BridgeError(400, ErrorUri.InvalidArgument, message);
}

const STATUS: ReadonlyMap<Uri, number> = new Map<Uri, number>([
  [ErrorUri.InvalidArgument, 400],
  [ErrorUri.InvalidUri, 400],
  [ErrorUri.OptionNotAllowed, 400],
  [ErrorUri.DiscloseMeDisallowed, 400],
  [ErrorUri.NotAuthorized, 403],
  [ErrorUri.NoSuchProcedure, 404],
  [ErrorUri.NoSuchRealm, 404],
  [ErrorUri.PayloadSizeExceeded, 413],
  [ErrorUri.RuntimeError, 500],
  [ErrorUri.AuthorizationFailed, 500],
  [ErrorUri.FeatureNotSupported, 501],
  [ErrorUri.LimitExceeded, 503],
  [ErrorUri.NoAvailableCallee, 503],
  [ErrorUri.Unavailable, 503],
  [ErrorUri.Canceled, 503],
  [ErrorUri.Timeout, 504],
]);

/** An application's own errors are for whoever called, and no fault of the router's. */
const APPLICATION_ERROR = 422;

export function statusOf({ uri }: WampError): number {
  return STATUS.get(uri) ?? APPLICATION_ERROR;
}
