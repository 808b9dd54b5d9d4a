/**
 * Users, and what accounts need of wherever they are stored.
 *
 * @module
 */

import type { Document } from "../../live/documents.ts";
import type { Publishable } from "../../live/live-source.ts";

/** A user, as Meteor stores one. What else an application keeps of one is its own matter, and isn't published by this. */
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

/** A name that people choose. */
export type NameOfPerson = { readonly username: string } | { readonly email: string };

/** Who somebody says to be. */
export type UserName = { readonly id: string } | NameOfPerson;

/** Where users are, for those that are in no collection as the memory database has them. Whatever rejects here ends in the log. */
export interface UserStore {
  byId(id: string): Promise<User | undefined>;
  byToken(hashedToken: string): Promise<User | undefined>;
  /** The one that is called so; or, if there is just one, who is called so in upper or lower case. */
  named(name: UserName): Promise<User | undefined>;
  /** Whether somebody is called so, in upper or lower case. */
  isTaken(name: NameOfPerson): Promise<boolean>;
  insert(user: User): Promise<void>;
  setPassword(id: string, bcrypt: string): Promise<void>;
  /** Adds a token to those that the user has. */
  addToken(id: string, token: StoredToken): Promise<void>;
  removeTokens(id: string, hashedTokens: readonly string[]): Promise<void>;
  /** Removes all tokens but that one. */
  removeOtherTokens(id: string, hashedToken: string | undefined): Promise<void>;
  /** A live query with one document, as long as the user has that token. Its fields are never looked at. */
  holding(id: string, hashedToken: string): Publishable;
  /** What a user sees of itself: a live query with one document, which has no secrets. */
  published(id: string): Publishable;
}
