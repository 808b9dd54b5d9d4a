/**
 * Close codes (RFC 6455 section 7.4).
 *
 * @module
 */

/** The close codes of the registry that an endpoint may send, by name. */
export const CloseCode = {
  Normal: 1000,
  GoingAway: 1001,
  ProtocolError: 1002,
  UnsupportedData: 1003,
  InvalidPayload: 1007,
  PolicyViolation: 1008,
  MessageTooBig: 1009,
  MandatoryExtension: 1010,
  InternalError: 1011,
  ServiceRestart: 1012,
  TryAgainLater: 1013,
  BadGateway: 1014,
} as const;

/** One of the values of the constant of this name. */
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];

/** What a close frame has room for, beside its code (RFC 6455 section 5.5). */
const MAX_REASON = 123;

/** Cuts a reason to the 123 bytes that a close frame has room for, not inside a character. */
export function truncateReason(reason: string): string {
  let size = 0;
  let end = 0;
  for (const character of reason) {
    const code = character.codePointAt(0) as number;
    size += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (size > MAX_REASON) return reason.slice(0, end);
    end += character.length;
  }
  return reason;
}

/** Whether a close frame may carry `code`: 1000 to 1003, 1007 to 1014, and 3000 to 4999. */
export function isCloseCode(code: number): boolean {
  return (
    Number.isInteger(code) &&
    code >= 1000 &&
    code <= 4999 &&
    (code <= 1003 || code >= 3000 || (code >= 1007 && code <= 1014))
  );
}
