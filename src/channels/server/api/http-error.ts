/**
 * A request that is not answered with 200, whatever the mode of errors.
 *
 * @module
 */

import type { ErrorCode } from "../../protocol/codes.ts";

export class HttpError extends Error {
  readonly status: number;
  /** As errors of the protocol have one. */
  readonly code: ErrorCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: ErrorCode,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}
