/**
 * Logging in: from what a client shows to a connection that has a user.
 *
 * @module
 */

import { StateError } from "../../../errors.ts";
import { DdpError } from "../../protocol/error.ts";
import type { Fields } from "../../protocol/fields.ts";
import type { DdpConnection } from "../connection.ts";
import type { MethodInvocation } from "../methods/methods.ts";
import { isText, requireDigest, requireUserName } from "./credentials.ts";
import { loggedOut } from "./logins.ts";
import type { Logins } from "./logins.ts";
import type { Settings } from "./options.ts";
import type { Passwords } from "./passwords.ts";
import { expiry, findToken, hashToken, makeToken, tokensOf } from "./tokens.ts";
import type { LoginToken, NewToken } from "./tokens.ts";
import type { User, UserStore } from "./users.ts";

/**
 * Says who somebody is who shows that: the id of a user; `undefined` if it is nothing for this handler.
 *
 * @throws DdpError (also as a rejection) to refuse.
 */
export type LoginHandler = (
  credentials: Fields,
  invocation: MethodInvocation,
) => string | undefined | Promise<string | undefined>;

/** What the client gets. */
export interface LoginResult extends LoginToken {
  /** The user's. */
  readonly id: string;
  readonly type: string;
}

/** Who it is. `token`: the one that was shown. */
interface Identified {
  readonly type: string;
  readonly user: User;
  readonly token?: NewToken | undefined;
}

/** Tokens of one user; older ones are given up. */
const MAX_TOKENS = 100;

export class LoginFlow {
  readonly #users: UserStore;
  readonly #passwords: Passwords;
  readonly #logins: Logins;
  readonly #settings: Settings;
  readonly #handlers = new Map<string, LoginHandler>();

  constructor(users: UserStore, passwords: Passwords, logins: Logins, settings: Settings) {
    this.#users = users;
    this.#passwords = passwords;
    this.#logins = logins;
    this.#settings = settings;
    this.addHandler("password", (credentials) => this.#byPassword(credentials));
  }

  /** @throws TypeError for a name that is taken. */
  addHandler(type: string, handler: LoginHandler): void {
    if (this.#handlers.has(type)) throw new TypeError(`there is a login handler ${type} already`);
    this.#handlers.set(type, handler);
  }

  /** The method `login`. */
  async run(invocation: MethodInvocation, credentials: Fields): Promise<LoginResult> {
    return this.finish(invocation, await this.#identify(invocation, credentials));
  }

  /** Logs somebody in who may be. */
  async finish(invocation: MethodInvocation, identified: Identified): Promise<LoginResult> {
    const { type, user } = identified;
    const connection = connectionOf(invocation);
    const allowed = await this.#settings.validateLogin?.({ type, user, connection });
    if (allowed === false) throw new DdpError(403, "Login forbidden");
    const token = identified.token ?? (await this.addToken(user));
    await this.#logins.bind(connection, user._id, token.stored.hashedToken);
    await invocation.setUserId(user._id);
    await this.#prune(user);
    await this.#tell(() => this.#settings.onLogin?.({ type, user, connection }));
    return { id: user._id, ...token.forOwner, type };
  }

  /** A token more. `when`: since when it counts; now, unless it is given. */
  async addToken({ _id }: User, when?: Date): Promise<NewToken> {
    const token = await makeToken(this.#settings.tokenLifetime, when);
    await this.#users.addToken(_id, token.stored);
    return token;
  }

  /** The method `logout`: the connection's token is gone, and whoever else is logged in by it. */
  async logOut(invocation: MethodInvocation): Promise<void> {
    const { userId } = invocation;
    const connection = connectionOf(invocation);
    const hashedToken = this.#logins.release(connection);
    // (All publications would run again for nothing.)
    if (userId === null) return;
    await invocation.setUserId(null);
    if (hashedToken !== undefined) await this.#users.removeTokens(userId, [hashedToken]);
    await this.#tell(() => this.#settings.onLogout?.({ userId, connection }));
  }

  async #identify(invocation: MethodInvocation, credentials: Fields): Promise<Identified> {
    if (Object.hasOwn(credentials, "resume")) return this.#byToken(credentials["resume"]);
    for (const [type, handler] of this.#handlers) {
      const id = await handler(credentials, invocation);
      if (id === undefined) continue;
      const user = await this.#users.byId(id);
      if (!user) throw new DdpError(403, "User not found");
      return { type, user };
    }
    throw new DdpError(400, "Unrecognized options for login request");
  }

  async #byToken(token: unknown): Promise<Identified> {
    if (!isText(token)) throw new DdpError(400, "That is no token");
    const hashedToken = await hashToken(token);
    const user = await this.#users.byToken(hashedToken);
    const stored = user && findToken(user, hashedToken);
    if (!stored) throw loggedOut();
    const tokenExpires = expiry(stored.when, this.#settings.tokenLifetime);
    if (tokenExpires.getTime() <= Date.now()) {
      await this.#users.removeTokens(user._id, [hashedToken]);
      throw new DdpError(403, "Your session has expired. Please log in again.");
    }
    return { type: "resume", user, token: { forOwner: { token, tokenExpires }, stored } };
  }

  async #byPassword(credentials: Fields): Promise<string | undefined> {
    if (!Object.hasOwn(credentials, "user") || !Object.hasOwn(credentials, "password")) {
      return undefined;
    }
    const name = requireUserName(credentials["user"]);
    const digest = await requireDigest(credentials["password"]);
    const user = await this.#users.named(name);
    // (Whether there is such a user shows neither in the answer nor in how long it takes.)
    if (await this.#passwords.matches(digest, user?.services?.password?.bcrypt)) return user?._id;
    throw new DdpError(403, "Incorrect user or password");
  }

  /** Takes away what has expired, and what is too much. */
  async #prune(user: User): Promise<void> {
    const tokens = tokensOf(user);
    const now = Date.now();
    const superfluous = tokens.length + 1 - MAX_TOKENS;
    const gone = tokens.filter(
      ({ when }, index) =>
        index < superfluous || expiry(when, this.#settings.tokenLifetime).getTime() <= now,
    );
    const hashes = gone.map(({ hashedToken }) => hashedToken);
    if (hashes.length > 0) await this.#users.removeTokens(user._id, hashes);
  }

  async #tell(hook: () => unknown): Promise<void> {
    try {
      await hook();
    } catch (error) {
      this.#settings.logger.error("a hook of the accounts failed:", error);
    }
  }
}

/** @throws StateError in a call of the server's own. */
export function connectionOf({ connection }: MethodInvocation): DdpConnection {
  if (!connection) throw new StateError("nobody can log in here: no client has called");
  return connection;
}
