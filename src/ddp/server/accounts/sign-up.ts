/**
 * New users.
 *
 * @module
 */

import { DdpError } from "../../protocol/error.ts";
import { isPlainObject } from "../../protocol/fields.ts";
import { secureRandom } from "../../protocol/random/random.ts";
import { isText, requireDigest } from "./credentials.ts";
import type { Passwords } from "./passwords.ts";
import type { User, UserStore } from "./users.ts";

/** A user that is to be created. */
export interface NewUser {
  /** Either this or `email`, or both. */
  readonly username?: string | undefined;
  readonly email?: string | undefined;
  /** As it is, or its SHA-256. Without one nobody can log in by password. */
  readonly password?: string | { readonly digest: string; readonly algorithm: "sha-256" };
  readonly profile?: Readonly<Record<string, unknown>> | undefined;
}

export class SignUp {
  readonly #users: UserStore;
  readonly #passwords: Passwords;
  /** One after the other, so that two of the same name don't both find it free. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(users: UserStore, passwords: Passwords) {
    this.#users = users;
    this.#passwords = passwords;
  }

  /** What `given` may be is not known. Resolves with the user's id. */
  async create(given: { readonly [Name in keyof NewUser]?: unknown }): Promise<string> {
    const user = toUser(given);
    const { password } = given;
    const bcrypt = password !== undefined && (await this.#hash(password));
    const services = bcrypt ? { password: { bcrypt } } : {};
    const created = this.#last.then(() => this.#insert({ ...user, services }));
    this.#last = created.catch(() => {});
    return created;
  }

  async #hash(password: unknown): Promise<string> {
    return this.#passwords.hash(await requireDigest(password));
  }

  async #insert(user: Omit<User, "_id">): Promise<string> {
    const { username, emails = [] } = user;
    if (username !== undefined) await this.#requireFree("Username", { username });
    for (const { address } of emails) await this.#requireFree("Email", { email: address });
    // (Nobody chooses it: not even by the random seed of the method.)
    const _id = secureRandom.id();
    await this.#users.insert({ _id, ...user });
    return _id;
  }

  async #requireFree(what: string, name: { username: string } | { email: string }): Promise<void> {
    if (await this.#users.isTaken(name)) throw new DdpError(403, `${what} already exists.`);
  }
}

function toUser(given: { readonly [Name in keyof NewUser]?: unknown }): Omit<User, "_id"> {
  const { username, email, profile } = given;
  if (username === undefined && email === undefined) {
    throw new DdpError(400, "Need to set a username or email");
  }
  if (username !== undefined && !isText(username)) throw new DdpError(400, "That is no username");
  if (email !== undefined && !isEmail(email)) throw new DdpError(400, "That is no email address");
  if (profile !== undefined && !isPlainObject(profile)) {
    throw new DdpError(400, "A profile is an object");
  }
  return {
    createdAt: new Date(),
    ...(username !== undefined && { username }),
    ...(email !== undefined && { emails: [{ address: email, verified: false }] }),
    ...(profile !== undefined && { profile }),
  };
}

/** (Whether it exists shows only when mail is sent there.) */
function isEmail(value: unknown): value is string {
  return isText(value) && /^[^\s@]+@[^\s@]+$/.test(value);
}
