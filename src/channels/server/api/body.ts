/**
 * The body of a request, as text.
 *
 * @module
 */

import { systemClock } from "../../../util/clock.ts";
import { ErrorCode } from "../../protocol/codes.ts";
import { decodeUtf8 } from "../data.ts";
import { readBody as readBytes } from "../../../http/read-body.ts";
import { HttpError } from "./http-error.ts";

/** How long it may take to come, in milliseconds. */
const TIMEOUT = 30_000;

/** @throws HttpError 413 when it is too large, 408 when it is too slow, 400 when it breaks off or is no UTF-8. */
export async function readBody(request: Request, maxBody: number): Promise<string> {
  const limits = { maxBytes: maxBody, timeout: TIMEOUT, clock: systemClock };
  const body = await readBytes(request, limits);
  if (typeof body === "number") throw refusal(body, maxBody);
  const text = decodeUtf8(body);
  if (text === undefined)
    throw new HttpError(400, ErrorCode.BadRequest, "the body has to be UTF-8");
  return text;
}

function refusal(status: 400 | 408 | 413, maxBody: number): HttpError {
  switch (status) {
    case 413:
      return new HttpError(
        413,
        ErrorCode.LimitExceeded,
        `the body is larger than ${maxBody} bytes`,
      );
    case 408:
      return new HttpError(408, ErrorCode.BadRequest, "the body took too long");
    default:
      return new HttpError(400, ErrorCode.BadRequest, "the body did not come to its end");
  }
}
