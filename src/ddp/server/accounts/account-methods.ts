/**
 * What clients call: the methods that Meteor's clients know.
 *
 * @module
 */

import { DdpError } from "../../protocol/error.ts";
import type { Method, MethodInvocation } from "../methods/methods.ts";
import { requireDigest, requireObject } from "./credentials.ts";
import { connectionOf } from "./login-flow.ts";
import type { LoginFlow, LoginResult } from "./login-flow.ts";
import { loggedOut } from "./logins.ts";
import type { Logins } from "./logins.ts";
import type { Passwords } from "./passwords.ts";
import type { SignUp } from "./sign-up.ts";
import { findToken } from "./tokens.ts";
import type { LoginToken } from "./tokens.ts";
import type { User, UserStore } from "./users.ts";

/** What the methods work with. */
export interface AccountParts {
  readonly users: UserStore;
  readonly passwords: Passwords;
  readonly logins: Logins;
  readonly flow: LoginFlow;
  readonly signUp: SignUp;
  readonly allowSignUp: boolean;
}

export function accountMethods(parts: AccountParts): Readonly<Record<string, Method>> {
  const { flow } = parts;
  return {
    login: (invocation, credentials) => flow.run(invocation, requireObject(credentials)),
    logout: (invocation) => flow.logOut(invocation),
    createUser: (invocation, user) => createUser(parts, invocation, user),
    changePassword: (invocation, before, after) =>
      changePassword(parts, invocation, [before, after]),
    getNewToken: (invocation) => getNewToken(parts, invocation),
    removeOtherTokens: (invocation) => removeOtherTokens(parts, invocation),
  };
}

async function createUser(
  { allowSignUp, signUp, users, flow }: AccountParts,
  invocation: MethodInvocation,
  given: unknown,
): Promise<LoginResult> {
  if (!allowSignUp) throw new DdpError(403, "Signups forbidden");
  connectionOf(invocation);
  const wanted = requireObject(given);
  await requireDigest(wanted["password"]);
  const user = await users.byId(await signUp.create(wanted));
  if (!user) throw new DdpError(403, "User not found");
  return flow.finish(invocation, { type: "createUser", user });
}

/** Everybody else who is logged in as that user is logged out. */
async function changePassword(
  { users, passwords, logins }: AccountParts,
  invocation: MethodInvocation,
  [before, after]: readonly [unknown, unknown],
): Promise<{ readonly passwordChanged: true }> {
  const user = await requireUser(users, invocation);
  const [old, wanted] = [await requireDigest(before), await requireDigest(after)];
  if (!(await passwords.matches(old, user.services?.password?.bcrypt))) {
    throw new DdpError(403, "Incorrect password");
  }
  await users.setPassword(user._id, await passwords.hash(wanted));
  await users.removeOtherTokens(user._id, tokenOf(logins, invocation));
  return { passwordChanged: true };
}

/** A token in place of the connection's, that expires when that does. */
async function getNewToken(
  { users, logins, flow }: AccountParts,
  invocation: MethodInvocation,
): Promise<LoginToken> {
  const user = await requireUser(users, invocation);
  const hashedToken = tokenOf(logins, invocation);
  const current = hashedToken === undefined ? undefined : findToken(user, hashedToken);
  if (!current) throw loggedOut();
  const { forOwner, stored } = await flow.addToken(user, current.when);
  await logins.bind(connectionOf(invocation), user._id, stored.hashedToken);
  return forOwner;
}

async function removeOtherTokens(
  { users, logins }: AccountParts,
  invocation: MethodInvocation,
): Promise<void> {
  const { _id } = await requireUser(users, invocation);
  await users.removeOtherTokens(_id, tokenOf(logins, invocation));
}

async function requireUser(users: UserStore, { userId }: MethodInvocation): Promise<User> {
  const user = userId === null ? undefined : await users.byId(userId);
  if (!user) throw new DdpError(401, "You are not logged in");
  return user;
}

/** The hash of the connection's token; `undefined` when it was the application that logged it in. */
function tokenOf(logins: Logins, invocation: MethodInvocation): string | undefined {
  return logins.tokenOf(connectionOf(invocation));
}
