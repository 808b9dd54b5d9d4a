/**
 * From anything that was decoded to a message that a router may send: the one place where a client looks at what came. It is
 * smaller than the checks of a router, which takes what comes from anybody: a page has to load it.
 *
 * @module
 */

import { isDict } from "../protocol/dict.ts";
import { Violation } from "../protocol/errors.ts";
import { isId } from "../protocol/ids.ts";
import type { Message } from "../protocol/messages.ts";
import { isUri } from "../protocol/uri.ts";

/**
 * By the code of the message what follows it, a letter each: an id (`i`), an id or 0 (`z`), a number that isn't negative (`c`), a string (`s`), a URI (`u`),
 * details (`d`), a dictionary that nobody knows (`e`). In the end there may be arguments (`p`), or details (`o`).
 */
const LAYOUTS: ReadonlyMap<unknown, string> = new Map([
  [2, "id"],
  [3, "dup"],
  [4, "se"],
  [6, "du"],
  [8, "cidup"],
  [17, "ii"],
  [33, "ii"],
  [35, "zo"],
  [36, "iidp"],
  [50, "idp"],
  [65, "ii"],
  [67, "zo"],
  [68, "iidp"],
  [69, "id"],
]);

/** The attributes of details, by the letter of what they are: a bool (`b`), or as above. */
const ATTRIBUTES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    b: "progress receive_progress retained",
    c: "timeout trustlevel",
    e: "authextra roles",
    i: "caller publisher registration subscription",
    s: "agent authid authmethod authprovider authrole caller_authid caller_authrole message ppt_cipher ppt_keyid ppt_scheme ppt_serializer procedure publisher_authid publisher_authrole realm reason topic",
  }).flatMap(([letter, names]) => names.split(" ").map((name) => [name, letter] as const)),
);

/** @throws Violation for anything else. */
export function fromRouter(message: unknown): Message {
  const layout = Array.isArray(message) ? LAYOUTS.get(message[0]) : undefined;
  if (layout === undefined) throw new Violation("a router sends no such message");
  const list = message as unknown[];
  let at = 1;
  for (const letter of layout) at = check(list, at, letter);
  if (list.length > at) refuse(list, at);
  return list as unknown as Message;
}

/** Returns what comes next. */
function check(message: unknown[], at: number, letter: string): number {
  const value = message[at];
  if (letter === "p") return checkPayload(message, at);
  if (letter === "o" && message.length === at) return at;
  if (!isOf(letter, value)) refuse(message, at);
  if (letter !== "d" && letter !== "o") return at + 1;
  for (const [name, attribute] of Object.entries(value as object)) {
    const expected = ATTRIBUTES.get(name);
    if (expected !== undefined && !isOf(expected, attribute)) refuse(message, at, `: ${name}`);
  }
  return at + 1;
}

/** (Some routers send null for what isn't there.) */
function checkPayload(message: unknown[], at: number): number {
  if (message.length <= at) return at;
  const [args, kwargs] = [(message[at] ??= []), (message[at + 1] ??= {})];
  if (!Array.isArray(args) || !isDict(kwargs)) refuse(message, at);
  return at + 2;
}

function isOf(letter: string, value: unknown): boolean {
  switch (letter) {
    case "b":
      return typeof value === "boolean";
    case "i":
      return isId(value);
    case "z":
      return value === 0 || isId(value);
    case "c":
      return Number.isSafeInteger(value) && (value as number) >= 0;
    case "s":
      return typeof value === "string";
    case "u":
      return typeof value === "string" && isUri(value);
    default:
      return isDict(value);
  }
}

function refuse(message: unknown[], at: number, what = ""): never {
  throw new Violation(`a message of type ${message[0] as number} is wrong at ${at}${what}`);
}
