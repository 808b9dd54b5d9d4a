/**
 * From what is typed to a message, and from a message to what is shown.
 *
 * @module
 */

import type { Message } from "../client/node/index.ts";
import { count, escape, escapeJson, toHex } from "./format.ts";
import { compactJson, prettyJson } from "./json.ts";

/** What lines of input are: text, JSON, or bytes. */
export type Mode = "text" | "json" | "binary";

/** A line of input is no message. */
export class InputError extends Error {}

/** @throws InputError for what is no message in this mode. */
export function readMessage(mode: Mode, line: string): Message {
  if (mode === "binary") return readBytes(line);
  if (mode === "text") return line;
  try {
    return compactJson(line);
  } catch (error) {
    throw new InputError(`it is no JSON: ${escape((error as Error).message)}`);
  }
}

const BASE64_PREFIX = "base64:";

/**
 * Reads hexadecimal digits, with blanks or colons between the bytes, or `base64:` and what follows it.
 *
 * @throws InputError for anything else.
 */
export function readBytes(text: string): Uint8Array {
  const trimmed = text.trim();
  if (trimmed.startsWith(BASE64_PREFIX)) return readBase64(trimmed.slice(BASE64_PREFIX.length));
  const digits = trimmed.replace(/[ \t:]/g, "");
  if (!/^[0-9a-f]*$/i.test(digits)) {
    throw new InputError("it is neither hexadecimal nor base64: and what follows it");
  }
  if (digits.length % 2 !== 0) throw new InputError("it has an odd number of hexadecimal digits");
  return Buffer.from(digits, "hex");
}

/** One of the alphabets of base64, padded or not (RFC 4648). */
const BASE64 = /^(?:[A-Za-z0-9+/]*|[A-Za-z0-9_-]*)={0,2}$/;

function readBase64(text: string): Uint8Array {
  const trimmed = text.trim();
  if (!BASE64.test(trimmed) || trimmed.replace(/=+$/, "").length % 4 === 1) {
    throw new InputError("it is no base64");
  }
  return Buffer.from(trimmed, "base64");
}

/** Shows a message without anything that a terminal would obey. */
export function showMessage(mode: Mode, message: Message): string {
  if (typeof message !== "string") {
    const hex = toHex(message);
    return mode === "binary" ? hex : `[binary, ${count(message.length, "byte")}] ${hex}`;
  }
  if (mode === "text") return escape(message);
  if (mode === "binary") return `[text] ${escape(message)}`;
  try {
    return escapeKeepingLines(prettyJson(message));
  } catch {
    return `[not JSON] ${escape(message)}`;
  }
}

/** (In JSON, line breaks only stand between tokens.) */
function escapeKeepingLines(json: string): string {
  return json
    .split(/\r\n?|\n/)
    .map(escapeJson)
    .join("\n");
}
