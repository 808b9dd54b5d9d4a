/**
 * Users in a collection.
 *
 * @module
 */

import type { NewDocument } from "../../live/documents.ts";
import type { Publishable } from "../../live/live-source.ts";
import type { FindOptions, Modifier, Query, UpdateResult } from "../../store/types.ts";
import type { NameOfPerson, StoredToken, User, UserName, UserStore } from "./users.ts";

/** A collection of the memory database is one. */
export interface UserCollection {
  find(selector: Query<User>, options?: FindOptions<User>): UserCursor;
  insert(user: NewDocument<User>): Promise<string>;
  update(selector: Query<User>, modifier: Modifier<User>): Promise<UpdateResult>;
}

/** A query over users. */
export interface UserCursor extends Publishable {
  fetch(): Promise<User[]>;
}

/** Of so many tokens the owners are remembered. */
const MAX_OWNERS = 100_000;
const TOKENS = "services.resume.loginTokens";

export class CollectionUsers implements UserStore {
  readonly #collection: UserCollection;
  /** Ids of users, by the hashes of their tokens; the oldest first. */
  readonly #owners = new Map<string, string>();

  constructor(collection: UserCollection) {
    this.#collection = collection;
  }

  byId(id: string): Promise<User | undefined> {
    return this.#only({ _id: id });
  }

  /** (There is no index of tokens: who had one is remembered, and whether that still holds is looked up.) */
  async byToken(hashedToken: string): Promise<User | undefined> {
    const _id = this.#owners.get(hashedToken);
    if (_id !== undefined) return this.#only({ _id, ...withToken(hashedToken) });
    const user = await this.#only(withToken(hashedToken));
    if (user) this.#remember(hashedToken, user._id);
    return user;
  }

  async named(name: UserName): Promise<User | undefined> {
    if ("id" in name) return this.byId(name.id);
    // (Both, whatever the first finds: how long this takes says nothing then.)
    const [exact, similar] = [await this.#only(written(name)), await this.#only(inAnyCase(name))];
    return exact ?? similar;
  }

  async isTaken(name: NameOfPerson): Promise<boolean> {
    const users = await this.#collection.find(inAnyCase(name), { limit: 1 }).fetch();
    return users.length > 0;
  }

  async insert(user: User): Promise<void> {
    await this.#collection.insert(user);
  }

  async setPassword(id: string, bcrypt: string): Promise<void> {
    await this.#collection.update({ _id: id }, { $set: { "services.password.bcrypt": bcrypt } });
  }

  async addToken(id: string, token: StoredToken): Promise<void> {
    this.#remember(token.hashedToken, id);
    await this.#collection.update({ _id: id }, { $push: { [TOKENS]: token } });
  }

  async removeTokens(id: string, hashedTokens: readonly string[]): Promise<void> {
    await this.#pull(id, { $in: hashedTokens });
  }

  async removeOtherTokens(id: string, hashedToken: string = ""): Promise<void> {
    await this.#pull(id, { $ne: hashedToken });
  }

  holding(id: string, hashedToken: string): Publishable {
    return this.#collection.find({ _id: id, ...withToken(hashedToken) }, { fields: { _id: 1 } });
  }

  published(id: string): Publishable {
    const fields = { username: 1, emails: 1, profile: 1 } as const;
    return this.#collection.find({ _id: id }, { fields });
  }

  async #pull(id: string, hashedToken: Query): Promise<void> {
    await this.#collection.update({ _id: id }, { $pull: { [TOKENS]: { hashedToken } } });
  }

  #remember(hashedToken: string, id: string): void {
    const [oldest] = this.#owners.keys();
    if (this.#owners.size >= MAX_OWNERS && oldest !== undefined) this.#owners.delete(oldest);
    this.#owners.set(hashedToken, id);
  }

  async #only(selector: Query<User>): Promise<User | undefined> {
    const users = await this.#collection.find(selector, { limit: 2 }).fetch();
    return users.length === 1 ? users[0] : undefined;
  }
}

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
