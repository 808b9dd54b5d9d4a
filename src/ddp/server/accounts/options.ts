/**
 * What accounts are told when they are made.
 *
 * @module
 */

import type { OptionNames } from "../../../util/option-names.ts";
import { checkOptions } from "../../../util/option-names.ts";
import { positive } from "../../../util/positive.ts";
import type { DdpConnection } from "../connection.ts";
import type { Logger } from "../../../util/logger.ts";
import type { UserCollection } from "./collection-users.ts";
import type { User, UserStore } from "./users.ts";

/** Somebody who logs in. */
export interface Login {
  /** How: `"password"`, `"resume"` (by a token), `"createUser"`, or the name of a login handler. */
  readonly type: string;
  /** As it was before the login. */
  readonly user: User;
  readonly connection: DdpConnection;
}

/** Somebody who has logged out. */
export interface Logout {
  readonly userId: string;
  readonly connection: DdpConnection;
}

/** How often somebody may try. */
export interface AttemptOptions {
  /** Default: 5. */
  readonly count?: number | undefined;
  /** Milliseconds. Default: 10000. */
  readonly interval?: number | undefined;
}

/** Durations are milliseconds. */
export interface AccountsOptions {
  /**
   * Where users are: a collection of the memory database, or something of yours. What several servers share needs unique indexes on the
   * names and on the addresses.
   */
  readonly users: UserCollection | UserStore;
  /** Clients may create users, with a password. Default: `false`. */
  readonly allowSignUp?: boolean | undefined;
  /** How long a token counts. Default: 7776000000 (90 days). */
  readonly tokenLifetime?: number | undefined;
  /** How much work a password is (bcrypt's cost, 4 to 31): one more is twice the work. Default: 10. */
  readonly bcryptRounds?: number | undefined;
  /**
   * How often each connection may log in, create a user, and change a password: so often of each in an interval. `false`: as often as
   * it likes, or as `ddp.limit` says. Default: 5 in 10000.
   */
  readonly attempts?: AttemptOptions | false | undefined;
  /**
   * Refuses logins, those by token too: by returning `false`, or by throwing a `DdpError`, which the client sees. What the client showed
   * was right.
   */
  readonly validateLogin?: ((login: Login) => unknown) | undefined;
  /** After a login. What it throws is logged. */
  readonly onLogin?: ((login: Login) => unknown) | undefined;
  /** After a logout; not when a connection ends. What it throws is logged. */
  readonly onLogout?: ((logout: Logout) => unknown) | undefined;
  /** Default: `console`. */
  readonly logger?: Logger | undefined;
}

const NAMES: OptionNames<AccountsOptions> = {
  users: true,
  allowSignUp: true,
  tokenLifetime: true,
  bcryptRounds: true,
  attempts: { count: true, interval: true },
  validateLogin: true,
  onLogin: true,
  onLogout: true,
  logger: true,
};

/** The options, checked, with their defaults. */
export interface Settings extends Pick<AccountsOptions, "validateLogin" | "onLogin" | "onLogout"> {
  readonly allowSignUp: boolean;
  readonly tokenLifetime: number;
  readonly bcryptRounds: number;
  readonly attempts: Required<AttemptOptions> | undefined;
  readonly logger: Logger;
}

const DAY = 86_400_000;

/** @throws TypeError or RangeError for an option that there is not, or that makes no sense. */
export function toSettings(options: AccountsOptions): Settings {
  checkOptions("createAccounts", options, NAMES);
  const { bcryptRounds = 10, tokenLifetime = 90 * DAY } = options;
  if (!Number.isInteger(bcryptRounds) || bcryptRounds < 4 || bcryptRounds > 31) {
    throw new RangeError("bcryptRounds is a whole number from 4 to 31");
  }
  const { validateLogin, onLogin, onLogout, logger = console, attempts = {} } = options;
  return {
    validateLogin,
    onLogin,
    onLogout,
    logger,
    bcryptRounds,
    attempts: attempts === false ? undefined : withDefaults(attempts),
    allowSignUp: options.allowSignUp === true,
    tokenLifetime: positive("tokenLifetime", tokenLifetime),
  };
}

/** (They are checked where they are used.) */
function withDefaults({ count = 5, interval = 10_000 }: AttemptOptions): Required<AttemptOptions> {
  return { count, interval };
}
