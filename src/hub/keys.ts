/**
 * The secrets by which backends, and clients with tokens, are known.
 *
 * @module
 */

import { randomBytes } from "node:crypto";

/** Those that the hub is started with. */
export interface GivenKeys {
  readonly apiKeys?: readonly string[] | undefined;
  readonly tokenSecret?: string | undefined;
}

export interface Keys {
  /** Each lets in a backend. */
  readonly apiKeys: readonly string[];
  /** Signs the tokens of clients. */
  readonly tokenSecret: string;
  /** Those of them that were made up, and that nobody knows unless they are told. */
  readonly generated: GeneratedKeys;
}

export interface GeneratedKeys {
  readonly apiKey?: string;
  readonly tokenSecret?: string;
}

/** What is shorter can be guessed, or found out from a token (RFC 7518 section 3.2). */
const MIN_LENGTH = 32;

/**
 * The keys that were given, and new ones for those that were not.
 *
 * @throws RangeError for one that is too short. The message does not hold it.
 */
export function resolveKeys({ apiKeys, tokenSecret }: GivenKeys): Keys {
  for (const key of apiKeys ?? []) checkLength("an API key", key);
  if (tokenSecret !== undefined) checkLength("the token secret", tokenSecret);
  const generated: GeneratedKeys = {
    ...(apiKeys === undefined && { apiKey: createKey() }),
    ...(tokenSecret === undefined && { tokenSecret: createKey() }),
  };
  return {
    apiKeys: apiKeys ?? [generated.apiKey ?? ""],
    tokenSecret: tokenSecret ?? generated.tokenSecret ?? "",
    generated,
  };
}

function checkLength(what: string, key: string): void {
  if (key.length >= MIN_LENGTH) return;
  throw new RangeError(`${what} has to have ${MIN_LENGTH} characters or more, chosen at random`);
}

function createKey(): string {
  return randomBytes(32).toString("base64url");
}
