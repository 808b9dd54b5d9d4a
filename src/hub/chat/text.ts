/**
 * What people type, brought into a form that can be shown and compared. The page uses it too, before it sends.
 *
 * @module
 */

import { MAX_NAME, MAX_ROOM_NAME, MAX_TEXT } from "./limits.ts";

const SPACES = /[\s\p{Z}]+/gu;

/** Control and format characters, lone surrogates, private use, and what renders as nothing. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}]/gu;

/** Control characters other than line feed and tab. */
const CONTROL = /[^\P{Cc}\n\t]/gu;

const LONE_SURROGATE = /\p{Cs}/gu;

const ROOM_NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}_-]*$/u;

/** A person's name; `undefined` when nothing is left of it, or too much. */
export function cleanName(raw: string): string | undefined {
  const name = plain(raw);
  return name !== "" && name.length <= MAX_NAME ? name : undefined;
}

/** Two names with the same key are the same to whoever reads them quickly. */
export function nameKey(name: string): string {
  return name.normalize("NFKC").toLowerCase();
}

/** The name with a number behind it, no longer than names may be. */
export function numberedName(name: string, number: number): string {
  const suffix = ` ${number}`;
  // (The cut may leave half of a pair of surrogates.)
  return (
    name
      .slice(0, MAX_NAME - suffix.length)
      .replace(LONE_SURROGATE, "")
      .trimEnd() + suffix
  );
}

/** A room's name, as in the address of the page: lower case, no spaces. `undefined` when it can't be one. */
export function cleanRoom(raw: string): string | undefined {
  const room = plain(raw.replace(/^\s*#/, "")).toLowerCase().normalize("NFC").replaceAll(" ", "-");
  return room.length <= MAX_ROOM_NAME && ROOM_NAME.test(room) ? room : undefined;
}

/** The text of a message; `undefined` when it is empty or too long. */
export function cleanText(raw: string): string | undefined {
  const text = raw
    .replace(/\r\n?/g, "\n")
    .replace(CONTROL, "")
    .replace(LONE_SURROGATE, "\ufffd")
    .replace(/\n{4,}/g, "\n\n\n")
    .trim();
  return text !== "" && text.length <= MAX_TEXT ? text : undefined;
}

function plain(raw: string): string {
  return raw
    .replace(SPACES, " ")
    .replace(INVISIBLE, "")
    .normalize("NFC")
    .replace(/ +/g, " ")
    .trim();
}
