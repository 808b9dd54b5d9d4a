/**
 * Reads what clients send, which may be anything.
 *
 * @module
 */

import type { Data } from "../../channels/server/index.ts";
import { MAX_INPUT } from "./limits.ts";
import { unsuitable } from "./problems.ts";
import type { Hello, Say } from "./protocol.ts";
import { cleanName, cleanText } from "./text.ts";

/** What identifies a page or a message: hard to guess, short to keep. */
const TOKEN = /^[A-Za-z0-9_-]{16,64}$/;

/** Who somebody is; without a word about it they get a name, and nothing to come back by. */
export function readHello(data: Data | undefined): Partial<Hello> {
  const fields = readFields(data);
  const session = fields.get("session");
  return {
    ...(fields.has("name") && { name: readName(fields.get("name")) }),
    ...(session !== undefined && { session: readToken(session) }),
  };
}

export function readRename(data: Data | undefined): string {
  return readName(readFields(data).get("name"));
}

export function readSay(data: Data): Say {
  const fields = readFields(data);
  const raw = fields.get("text");
  const text = typeof raw === "string" ? cleanText(raw) : undefined;
  if (text === undefined) throw unsuitable("That is empty, or too long.");
  const key = fields.get("key");
  return { text, ...(key !== undefined && { key: readToken(key) }) };
}

function readName(raw: unknown): string {
  const name = typeof raw === "string" ? cleanName(raw) : undefined;
  if (name === undefined) throw unsuitable("A name has 1 to 24 characters.");
  return name;
}

function readToken(raw: unknown): string {
  if (typeof raw === "string" && TOKEN.test(raw)) return raw;
  throw unsuitable("A session or a key has 16 to 64 letters and digits.");
}

/** The fields of an object; none of anything else. */
function readFields(data: Data | undefined): ReadonlyMap<string, unknown> {
  if (typeof data !== "string") return new Map();
  if (data.length > MAX_INPUT) throw unsuitable("That is too long.");
  const value: unknown = JSON.parse(data);
  return new Map(typeof value === "object" && value !== null ? Object.entries(value) : []);
}
