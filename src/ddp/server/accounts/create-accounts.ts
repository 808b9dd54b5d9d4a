/**
 * Users that log in: by password, by token, and by whatever the application adds.
 *
 * @module
 */

import type { Publishable } from "../../live/live-source.ts";
import { DdpError } from "../../protocol/error.ts";
import type { Ddp } from "../create-ddp.ts";
import { accountMethods } from "./account-methods.ts";
import { requireDigest } from "./credentials.ts";
import { LoginFlow } from "./login-flow.ts";
import type { LoginHandler } from "./login-flow.ts";
import { Logins } from "./logins.ts";
import { toSettings } from "./options.ts";
import type { AccountsOptions } from "./options.ts";
import { CollectionUsers } from "./collection-users.ts";
import { Passwords } from "./passwords.ts";
import { SignUp } from "./sign-up.ts";
import type { NewUser } from "./sign-up.ts";
import type { LoginToken } from "./tokens.ts";
import type { User, UserStore } from "./users.ts";

/** Methods that tell whether a password is right, or whether somebody is there. */
const ATTEMPTS = new Set(["login", "createUser", "changePassword"]);
const isAttempt = (method: string): boolean => ATTEMPTS.has(method);

/** The users of a server, for its application. */
export interface Accounts {
  /**
   * Another way to log in. Clients call `login` with one object, which the handlers get one after the other, until one says whose it is.
   *
   * @throws TypeError for a name that is taken: `password` is.
   *
   * @example
   * ```ts
   * accounts.addLoginHandler("ticket", async ({ ticket }) => {
   *   if (typeof ticket !== "string") return undefined;
   *   return (await redeem(ticket)).userId;
   * });
   * ```
   */
  addLoginHandler(name: string, handler: LoginHandler): void;
  /**
   * Makes a user, whether clients may or not. Resolves with its id.
   *
   * @throws DdpError (as a rejection) 403 for a name that is taken, 400 for one that is none.
   */
  createUser(user: NewUser): Promise<string>;
  /**
   * Gives a user another password, and logs it out everywhere.
   *
   * @throws DdpError (as a rejection) 400 for an empty one, 404 when there is no such user.
   */
  setPassword(userId: string, password: string): Promise<void>;
  /**
   * Makes a token: somebody who shows it, with `login({ resume: token })`, is logged in as that user.
   *
   * @throws DdpError (as a rejection) 404 when there is no such user.
   */
  createToken(userId: string): Promise<LoginToken>;
  /** Takes all tokens away: whoever is logged in by one is disconnected at once, and has to log in again. */
  logOutEverywhere(userId: string): Promise<void>;
}

/**
 * Lets clients log in, by the methods that Meteor's clients know: `login`, `logout`, `createUser`, `changePassword`, `getNewToken` and
 * `removeOtherTokens`. Each client gets its own user's `username`, `emails` and `profile` in the collection `users`.
 *
 * @throws TypeError or RangeError for an option that there is not, or that makes no sense.
 *
 * @example
 * ```ts
 * const accounts = createAccounts(ddp, {
 *   users: database.collection<User>("users"),
 *   allowSignUp: true,
 * });
 * ```
 */
export function createAccounts(ddp: Ddp, options: AccountsOptions): Accounts {
  const settings = toSettings(options);
  const users = toStore(options.users);
  const passwords = new Passwords(settings.bcryptRounds);
  const logins = new Logins(users);
  const flow = new LoginFlow(users, passwords, logins, settings);
  const signUp = new SignUp(users, passwords);
  const { allowSignUp, attempts } = settings;
  ddp.methods(accountMethods({ users, passwords, logins, flow, signUp, allowSignUp }));
  if (attempts) ddp.limit({ type: "method", name: isAttempt, connectionId: true, ...attempts });
  ddp.publish(null, ({ userId }) => (userId === null ? undefined : ownUser(users, userId)));
  const logOutEverywhere = (id: string): Promise<void> => users.removeOtherTokens(id, undefined);
  return {
    addLoginHandler: (name, handler) => flow.addHandler(name, handler),
    createUser: (user) => signUp.create(user),
    async setPassword(id, password) {
      await requireUser(users, id);
      await users.setPassword(id, await passwords.hash(await requireDigest(password)));
      await logOutEverywhere(id);
    },
    async createToken(id) {
      return (await flow.addToken(await requireUser(users, id))).forOwner;
    },
    logOutEverywhere,
  };
}

async function requireUser(users: UserStore, id: string): Promise<User> {
  const user = await users.byId(id);
  if (!user) throw new DdpError(404, "User not found");
  return user;
}

function toStore(users: AccountsOptions["users"]): UserStore {
  return "byToken" in users ? users : new CollectionUsers(users);
}

/** (Clients look for their user in `users`, whatever the server's name for it.) */
function ownUser(users: UserStore, id: string): Publishable {
  const query = users.published(id);
  return { collection: "users", observe: (sink) => query.observe(sink) };
}
