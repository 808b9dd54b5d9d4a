/**
 * Tokens that keep somebody logged in.
 *
 * @module
 */

import { toBase64 } from "../../../util/base64.ts";
import { secureRandom } from "../../protocol/random/random.ts";
import type { StoredToken, User } from "./users.ts";

/** A token as its owner has it: a secret. */
export interface LoginToken {
  readonly token: string;
  readonly tokenExpires: Date;
}

/** A token for its owner, and what is stored of it. */
export interface NewToken {
  readonly forOwner: LoginToken;
  readonly stored: StoredToken;
}

/** `lifetime`: milliseconds. */
export async function makeToken(lifetime: number, when: Date = new Date()): Promise<NewToken> {
  // 256 bits, which nobody can guess: no need for a slow hash.
  const token = secureRandom.secret();
  return {
    forOwner: { token, tokenExpires: expiry(when, lifetime) },
    stored: { when, hashedToken: await hashToken(token) },
  };
}

export async function hashToken(token: string): Promise<string> {
  return toBase64(await sha256(token));
}

export function expiry(when: Date, lifetime: number): Date {
  return new Date(when.getTime() + lifetime);
}

/** The user's token with that hash, whether it has expired or not. */
export function findToken(user: User, hashedToken: string): StoredToken | undefined {
  return tokensOf(user).find((token) => token.hashedToken === hashedToken);
}

export function tokensOf(user: User): readonly StoredToken[] {
  return user.services?.resume?.loginTokens ?? [];
}

export async function sha256(text: string): Promise<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  return new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", bytes));
}
