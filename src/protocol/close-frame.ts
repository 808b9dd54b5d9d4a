/**
 * The payload of a close frame (RFC 6455 section 5.5.1).
 *
 * @module
 */

import { ProtocolError } from "../errors.ts";
import { isCloseCode } from "../util/close-code.ts";
import { invalidUtf8 } from "./message-assembler.ts";
import { MAX_CONTROL_PAYLOAD } from "./opcode.ts";
import type { ProtocolPlatform } from "./platform.ts";
import { isValidUtf8 } from "./utf8-validator.ts";

/** What a close frame says. */
export interface CloseStatus {
  /** 1005 stands for a frame without a code. */
  readonly code: number;
  readonly reason: string;
}

/** The code that stands for none (RFC 6455 section 7.4.1). */
export const NO_CODE = 1005;

const MAX_REASON = MAX_CONTROL_PAYLOAD - 2;

/** Throws a `ProtocolError` for what must not be received. */
export function decodeClose(platform: ProtocolPlatform, payload: Uint8Array): CloseStatus {
  if (payload.length === 0) return { code: NO_CODE, reason: "" };
  if (payload.length === 1) throw new ProtocolError("close frame with half a code");
  const code = (payload[0]! << 8) | payload[1]!;
  if (!isCloseCode(code)) throw new ProtocolError(`close code ${code}`);
  if (!isValidUtf8(payload, 2, payload.length)) throw invalidUtf8();
  return { code, reason: platform.decodeUtf8(payload, 2, payload.length) };
}

/** The payload, and what it says: the reason is cut to what fits. */
export function encodeClose(
  platform: ProtocolPlatform,
  status: CloseStatus,
): { payload: Uint8Array; status: CloseStatus } {
  const { code } = status;
  if (code === NO_CODE) return { payload: platform.allocate(0), status: { code, reason: "" } };
  // Each code unit takes a byte or more, so that what comes later doesn't fit in any case.
  const encoded = platform.encodeUtf8(status.reason.slice(0, MAX_REASON));
  let length = encoded.length;
  if (length > MAX_REASON) {
    length = MAX_REASON;
    while ((encoded[length]! & 0xc0) === 0x80) length--;
  }
  const payload = platform.allocate(2 + length);
  payload[0] = code >>> 8;
  payload[1] = code;
  payload.set(encoded.subarray(0, length), 2);
  return { payload, status: { code, reason: platform.decodeUtf8(encoded, 0, length) } };
}
