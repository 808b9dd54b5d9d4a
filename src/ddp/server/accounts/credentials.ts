/**
 * What clients show, which may be anything.
 *
 * @module
 */

import { DdpError } from "../../protocol/error.ts";
import { getField, isPlainObject } from "../../protocol/fields.ts";
import type { Fields } from "../../protocol/fields.ts";
import { toDigest } from "./passwords.ts";
import type { UserName } from "./users.ts";

/** Characters. */
const MAX_LENGTH = 256;

/** @throws DdpError 400 for anything but an object. */
export function requireObject(given: unknown): Fields {
  if (!isPlainObject(given)) throw new DdpError(400, "Unrecognized options for login request");
  return given;
}

/** Text that isn't empty, and not too long. */
export function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= MAX_LENGTH;
}

/** @throws DdpError 400 for anything but an object with one of `id`, `username` and `email`. */
export function requireUserName(given: unknown): UserName {
  if (isPlainObject(given) && Object.keys(given).length === 1) {
    for (const key of ["id", "username", "email"] as const) {
      const text = getField(given, key);
      if (isText(text)) return { [key]: text } as unknown as UserName;
    }
  }
  throw new DdpError(400, "A user is given by one of id, username and email");
}

/** @throws DdpError 400 (as a rejection) for what is no password. */
export async function requireDigest(given: unknown): Promise<string> {
  const digest = await toDigest(given);
  if (digest === undefined) throw new DdpError(400, "That is no password");
  return digest;
}
