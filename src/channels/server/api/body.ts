/**
 * The body of a request, as text and up to a limit: what is beyond it is not even read.
 *
 * @module
 */

import { ErrorCode } from "../../protocol/codes.ts";
import { decodeUtf8 } from "../data.ts";
import { HttpError } from "./http-error.ts";

/** @throws HttpError 413 when it is too large, 400 when it is no UTF-8 or does not come to its end. */
export async function readBody(request: Request, maxBody: number): Promise<string> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBody) throw tooLarge(maxBody);
  const text = decodeUtf8(await readBytes(request, maxBody));
  if (text === undefined) throw badBody("the body has to be UTF-8");
  return text;
}

async function readBytes(request: Request, maxBody: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    // (Leaving the loop cancels the body.)
    for await (const chunk of request.body ?? []) {
      size += chunk.length;
      if (size > maxBody) break;
      chunks.push(chunk);
    }
  } catch {
    throw badBody("the body did not come to its end");
  }
  if (size > maxBody) throw tooLarge(maxBody);
  return Buffer.concat(chunks);
}

function badBody(message: string): HttpError {
  return new HttpError(400, ErrorCode.BadRequest, message);
}

function tooLarge(maxBody: number): HttpError {
  return new HttpError(413, ErrorCode.LimitExceeded, `the body is larger than ${maxBody} bytes`);
}
