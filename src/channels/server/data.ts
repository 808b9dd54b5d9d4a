/**
 * Data that applications and their backends hand over: JSON as text, or bytes.
 *
 * @module
 */

import { ErrorCode } from "../protocol/codes.ts";
import { isJson } from "../protocol/json-text.ts";
import type { Data } from "../protocol/messages.ts";
import { ChannelError } from "./errors.ts";
import { onOneLine } from "./raw-json.ts";

/**
 * Text goes into the frames of clients as it is: what is no JSON would make every subscriber give up its connection.
 *
 * @throws ChannelError `BadRequest` for text that is no JSON or nested too deeply, and for nothing at all.
 */
export function checkData(data: Data, name = "data"): Data {
  if (typeof data === "string") {
    if (!isJson(data)) throw new ChannelError(ErrorCode.BadRequest, `${name} has to be JSON`);
    return onOneLine(data);
  }
  if (!(data instanceof Uint8Array)) {
    throw new ChannelError(ErrorCode.BadRequest, `${name} has to be JSON as text, or bytes`);
  }
  if (data.length === 0) throw new ChannelError(ErrorCode.BadRequest, `${name} is empty`);
  return data;
}

/** As {@link checkData}, of what may be missing. */
export function checkOptionalData(data: Data | undefined, name: string): Data | undefined {
  return data === undefined ? undefined : checkData(data, name);
}

/**
 * What somebody wrote in base64: JSON, if that is what the bytes are, so that clients of both encodings understand it.
 *
 * Returns `undefined` for what is no base64.
 */
export function dataFromBase64(text: string): Data | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, "base64");
  const decoded = decodeUtf8(bytes);
  return decoded !== undefined && isJson(decoded) ? onOneLine(decoded) : new Uint8Array(bytes);
}

/** `undefined` for bytes that are no UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * The same text with memory of its own. A part of another one keeps all of that alive, and a client's frame may be large
 * and what is kept of it small.
 */
export function ownText(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string;
}
