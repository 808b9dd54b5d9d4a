/**
 * Users as they are stored: as Meteor stores them, so that its users can be taken over.
 *
 * @module
 */

import type { Document, NewDocument } from "../../live/documents.ts";
import type { Publishable } from "../../live/live-source.ts";
import { secureRandom } from "../../protocol/random/random.ts";
import type { FindOptions, Modifier, Query, UpdateResult } from "../../store/types.ts";

/** A user. What else an application keeps of one is its own matter, and isn't published by this. */
export interface User extends Document {
  readonly _id: string;
  readonly createdAt?: Date | undefined;
  readonly username?: string | undefined;
  readonly emails?: readonly Email[] | undefined;
  /** What the user says of itself. Anything: nobody has checked it. */
  readonly profile?: Readonly<Record<string, unknown>> | undefined;
  /** Secrets, hashed. Never publish them. */
  readonly services?: Services | undefined;
}

export interface Email {
  readonly address: string;
  readonly verified: boolean;
}

/** By what a user can log in; other services may be beside these. */
export interface Services {
  readonly password?: { readonly bcrypt?: string | undefined } | undefined;
  readonly resume?: { readonly loginTokens?: readonly StoredToken[] | undefined } | undefined;
}

/** A token that somebody is, or stays, logged in by. */
export interface StoredToken {
  /** Since when it counts. */
  readonly when: Date;
  /** SHA-256, in base64: whoever reads this can't log in with it. */
  readonly hashedToken: string;
}

/**
 * Where users are: a collection of the memory database is one. Anything else has to understand what is used of selectors (values, with
 * dotted names, and `$regex` with `$options: "i"`) and of modifiers (`$set`, `$push`, and `$pull` with values and `$ne`).
 */
export interface UserCollection {
  find(selector: Query<User>, options?: FindOptions): UserCursor;
  insert(user: NewDocument<User>): Promise<string>;
  update(selector: Query<User>, modifier: Modifier): Promise<UpdateResult>;
}

/** A query over users. */
export interface UserCursor extends Publishable {
  fetch(): Promise<User[]>;
}

/** A name that people choose. */
export type NameOfPerson = { readonly username: string } | { readonly email: string };

/** Who somebody says to be. */
export type UserName = { readonly id: string } | NameOfPerson;

/** All that is asked of the collection. */
export class Users {
  readonly #collection: UserCollection;

  constructor(collection: UserCollection) {
    this.#collection = collection;
  }

  /** What a user may see of itself. */
  published(id: string): Publishable {
    const fields = { username: 1, emails: 1, profile: 1 } as const;
    const cursor = this.#collection.find({ _id: id }, { fields });
    // (Clients look for their user there, whatever the server's name for it.)
    return { collection: "users", observe: (sink) => cursor.observe(sink) };
  }

  byId(id: string): Promise<User | undefined> {
    return this.#only({ _id: id });
  }

  byToken(hashedToken: string): Promise<User | undefined> {
    return this.#only(withToken(hashedToken));
  }

  /** Follows whether the user has that token: a document is there as long as it does. */
  holding(id: string, hashedToken: string): Publishable {
    return this.#collection.find({ _id: id, ...withToken(hashedToken) }, { fields: { _id: 1 } });
  }

  /** As it is written; or, if there is just one, somebody whose name differs only in upper and lower case. */
  async named(name: UserName): Promise<User | undefined> {
    if ("id" in name) return this.byId(name.id);
    return (await this.#only(written(name))) ?? this.#only(inAnyCase(name));
  }

  /** Whether somebody has that name, in upper or lower case. */
  async isTaken(name: NameOfPerson): Promise<boolean> {
    const users = await this.#collection.find(inAnyCase(name), { limit: 1 }).fetch();
    return users.length > 0;
  }

  insert(user: Omit<User, "_id">): Promise<string> {
    // (The collection would draw an id that the client has chosen: from its random seed.)
    return this.#collection.insert({ _id: secureRandom.id(), ...user });
  }

  async setPassword(id: string, bcrypt: string): Promise<void> {
    await this.#collection.update({ _id: id }, { $set: { "services.password.bcrypt": bcrypt } });
  }

  async addToken(id: string, token: StoredToken): Promise<void> {
    await this.#collection.update({ _id: id }, { $push: { [TOKENS]: token } });
  }

  /** Takes tokens away: those that match. */
  async removeTokens(id: string, tokens: Query): Promise<void> {
    await this.#collection.update({ _id: id }, { $pull: { [TOKENS]: tokens } });
  }

  async #only(selector: Query<User>): Promise<User | undefined> {
    const users = await this.#collection.find(selector, { limit: 2 }).fetch();
    return users.length === 1 ? users[0] : undefined;
  }
}

const TOKENS = "services.resume.loginTokens";

function withToken(hashedToken: string): Query<User> {
  return { [`${TOKENS}.hashedToken`]: hashedToken };
}

function written(name: NameOfPerson): Query<User> {
  const [field, text] = fieldOf(name);
  return { [field]: text };
}

function inAnyCase(name: NameOfPerson): Query<User> {
  const [field, text] = fieldOf(name);
  const escaped = text.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&");
  return { [field]: { $regex: `^${escaped}$`, $options: "i" } };
}

function fieldOf(name: NameOfPerson): [field: string, text: string] {
  return "username" in name ? ["username", name.username] : ["emails.address", name.email];
}
