/**
 * Words for people. Whatever a peer sent is made harmless first: terminals obey control characters, and show others as
 * something else than they are.
 *
 * @module
 */

import { STATUS_CODES } from "node:http";

import { FullduplexError, HandshakeError, TimeoutError } from "../client/node/index.ts";
import type { CloseInfo } from "../client/node/index.ts";

/**
 * Control characters, invisible format characters (those that reverse the order of writing among them), line and
 * paragraph separators, and lone surrogates. Those that join letters and emoji are let through, and so is the tab.
 */
const UNSAFE = /(?![\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const SHORT = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
]);

/** Shows what is {@link UNSAFE} as `\n`, `\x1b`, `\u202e` and so on; what is in `keep` stays. */
export function escape(text: string, keep = ""): string {
  return text.replace(UNSAFE, (character) => {
    if (keep.includes(character)) return character;
    const code = character.codePointAt(0) as number;
    const hex = code.toString(16);
    if (code <= 0xff) return SHORT.get(character) ?? `\\x${hex.padStart(2, "0")}`;
    return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\u{${hex}}`;
  });
}

/** The same in the way of JSON, for text that is JSON: it stays JSON, and means the same. */
export function escapeJson(text: string): string {
  return text.replace(UNSAFE, (character) =>
    character
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}

/** In quotes, and without control characters. */
export function quote(text: string): string {
  return `"${escape(text)}"`;
}

/** Cuts a text that is too long to look at, and says so. */
export function elide(text: string, length: number): string {
  if (text.length <= length) return text;
  // Not between the halves of a character.
  const end = /[\ud800-\udbff]/.test(text.charAt(length - 1)) ? length - 1 : length;
  return `${text.slice(0, end)}… (${text.length} characters)`;
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
}

export function count(number: number, unit: string): string {
  return `${number} ${unit}${number === 1 ? "" : "s"}`;
}

/** The close codes of the registry (RFC 6455 section 7.4.1 and later), and 1005 and 1006, which are never sent. */
const CLOSE_CODES = new Map([
  [1000, "normal"],
  [1001, "going away"],
  [1002, "protocol error"],
  [1003, "unsupported data"],
  [1005, "no code"],
  [1006, "no close frame"],
  [1007, "invalid data"],
  [1008, "policy violation"],
  [1009, "message too big"],
  [1010, "extension missing"],
  [1011, "internal error"],
  [1012, "service restart"],
  [1013, "try again later"],
  [1014, "bad gateway"],
  [3000, "unauthorized"],
  [3003, "forbidden"],
  [3008, "timeout"],
]);

/** Such as `1000 (normal)`. */
export function describeCode(code: number): string {
  const name = CLOSE_CODES.get(code) ?? (code >= 4000 ? "the application's own" : "unknown");
  return `${code} (${name})`;
}

/** Such as `closed by the peer: 1011 (internal error) "oops"`. */
export function describeClose({ code, reason, initiator, error }: CloseInfo): string {
  const lost = code === 1006;
  const by = initiator === "remote" ? " by the peer" : "";
  const start = lost ? "the connection was lost" : `closed${by}`;
  const said = reason === "" ? "" : ` ${quote(reason)}`;
  const why = error === undefined ? "" : `, because of: ${describeError(error)}`;
  return `${start}: ${describeCode(code)}${said}${why}`;
}

/** What can be done about a certificate that is not trusted. */
const UNTRUSTED = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** How much of a refusal's body is shown. */
const MAX_BODY = 500;

export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return escape(String(error));
  const message = escape(error.message || (error as NodeJS.ErrnoException).code || error.name);
  if (error instanceof HandshakeError) return message + describeRefusal(error);
  const { code } = (error.cause ?? {}) as NodeJS.ErrnoException;
  if (code !== undefined && UNTRUSTED.has(code)) {
    return `${message}\nTo trust the certificate, use --ca; to trust any, --insecure`;
  }
  return message;
}

function describeRefusal({ status, body }: HandshakeError): string {
  const name = STATUS_CODES[status ?? 0];
  const text = body.trim();
  const shown = text === "" ? "" : `\n${escape(elide(text, MAX_BODY), "\n")}`;
  return `${name === undefined ? "" : ` (${name})`}${shown}`;
}

/** Whether something took too long, in words of the library or in those of the system. */
export function isTimeout(error: unknown): boolean {
  if (error instanceof TimeoutError) return true;
  const cause = error instanceof FullduplexError ? error.cause : error;
  return cause instanceof Error && (cause as NodeJS.ErrnoException).code === "ETIMEDOUT";
}
