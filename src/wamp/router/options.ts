/**
 * What a router is told when it is made.
 *
 * @module
 */

import { systemClock } from "../../util/clock.ts";
import type { Clock } from "../../util/clock.ts";
import { checkOptions } from "../../util/option-names.ts";
import { positive } from "../../util/positive.ts";
import type { OptionNames } from "../../util/option-names.ts";
import type { MatchPolicy, Uri } from "../protocol/messages.ts";
import type { Serializer } from "../protocol/serializer.ts";
import { isUri } from "../protocol/uri.ts";
import type { UriRules } from "../protocol/uri.ts";
import type { Authenticator } from "./authentication/authenticator.ts";
import type { Authorizer } from "./authorization/authorizer.ts";
import type { Logger } from "../../util/logger.ts";

export type { Logger } from "../../util/logger.ts";

/** A realm: a space of its own for sessions, topics and procedures. */
export interface RealmOptions {
  /** How clients show who they are; the first method that a client offers too is used, in the client's order. */
  readonly authenticators: readonly Authenticator[];
  /** Who may do what. Default: nobody may do anything. */
  readonly authorizer?: Authorizer | undefined;
  /** The topics whose events are kept for `wamp.subscription.get_events`. Default: none. */
  readonly history?: readonly HistoryOptions[] | undefined;
  /** How much is kept for subscribers that come later, of what publishers want `retain`ed. */
  readonly retention?: RetentionOptions | undefined;
}

/** What is kept of the events of a topic, or of all that a pattern matches. Durations are milliseconds, sizes bytes. */
export interface HistoryOptions {
  readonly uri: Uri;
  /** Default: `exact`. */
  readonly match?: MatchPolicy | undefined;
  /** How many events; the oldest make room. */
  readonly limit: number;
  /** How long each is kept. Default: until it makes room. */
  readonly ttl?: number | undefined;
  /** How much they may take together, about; larger ones aren't kept. Default: 16777216. */
  readonly maxBytes?: number | undefined;
}

/** The topics that weren't published to for longest make room. Sizes are bytes. */
export interface RetentionOptions {
  /** How many topics have retained events; 0 retains nothing. Default: 10000. */
  readonly maxTopics?: number | undefined;
  /** How much they may take, about. Default: 16777216. */
  readonly maxBytes?: number | undefined;
}

/** Durations are milliseconds, sizes bytes. */
export interface RouterOptions {
  /** By name. */
  readonly realms?: Readonly<Record<Uri, RealmOptions>> | undefined;
  /** Asked for a realm that is in none of them; `undefined` refuses. Default: refuses all. */
  readonly createRealm?: ((name: Uri) => RealmOptions | undefined) | undefined;
  /** Those that clients may choose from; the first one that a client offers too is used. Default: JSON. */
  readonly serializers?: readonly Serializer[] | undefined;
  /** What URIs may consist of. Default: `loose`. */
  readonly uris?: UriRules | undefined;
  /**
   * `sequential`: a request whose id isn't the one after the last is a violation, as the specification demands. `any`: ids of
   * requests may be any, for clients from before that rule, and for wampy, which counts on when it joins again. Default: `sequential`.
   */
  readonly requestIds?: "sequential" | "any" | undefined;
  /** How long a client may take from the connection, or its last session, to its WELCOME. Default: 10000. */
  readonly openTimeout?: number | undefined;
  /** How long a client may take to answer a GOODBYE. Default: 5000. */
  readonly closeTimeout?: number | undefined;
  /** How much may wait for a slow session before events are no longer sent to it. Default: 4194304. */
  readonly maxQueue?: number | undefined;
  /** What becomes of a session for which more is waiting: it misses events, which are counted, or it is ended. Default: `drop`. */
  readonly overflow?: "drop" | "close" | undefined;
  /** How many subscriptions a session may have. Default: 10000. */
  readonly maxSubscriptions?: number | undefined;
  /** How long a URI may be, in characters. Default: 1024. */
  readonly maxUriLength?: number | undefined;
  /** How many calls a session may be waiting for. Default: 10000. */
  readonly maxCalls?: number | undefined;
  /** How many registrations a session may have. Default: 10000. */
  readonly maxRegistrations?: number | undefined;
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
}

/** Options with their defaults. */
export interface Settings {
  readonly uris: UriRules;
  readonly requestIds: "sequential" | "any";
  readonly openTimeout: number;
  readonly closeTimeout: number;
  readonly maxQueue: number;
  readonly overflow: "drop" | "close";
  readonly maxSubscriptions: number;
  readonly maxUriLength: number;
  readonly maxCalls: number;
  readonly maxRegistrations: number;
  readonly logger: Logger;
  readonly clock: Clock;
}

const OPTIONS: OptionNames<RouterOptions> = {
  realms: true,
  createRealm: true,
  serializers: true,
  uris: true,
  requestIds: true,
  openTimeout: true,
  closeTimeout: true,
  maxQueue: true,
  overflow: true,
  maxSubscriptions: true,
  maxUriLength: true,
  maxCalls: true,
  maxRegistrations: true,
  logger: true,
  clock: true,
};

const REALM_OPTIONS: OptionNames<RealmOptions> = {
  authenticators: true,
  authorizer: true,
  history: true,
  retention: true,
};

declare const console: Logger;

/** @throws TypeError for an option that there is not, or that is missing. */
export function checkRealm(name: Uri, options: RealmOptions): void {
  const realm = `the realm ${JSON.stringify(name)}`;
  if (!isUri(name)) throw new TypeError(`${realm} has no URI for a name`);
  checkOptions(realm, options, REALM_OPTIONS);
  if (Array.isArray(options.authenticators)) return;
  throw new TypeError(`${realm} needs a list of authenticators`);
}

/** @throws TypeError or RangeError for an option that there is not, or that makes no sense. */
export function resolveOptions(options: RouterOptions): Settings {
  checkOptions("createRouter", options, OPTIONS);
  if (options.serializers?.length === 0) throw new TypeError("serializers is an empty list");
  const numbers = {
    openTimeout: options.openTimeout ?? 10_000,
    closeTimeout: options.closeTimeout ?? 5000,
    maxQueue: options.maxQueue ?? 4_194_304,
    maxSubscriptions: options.maxSubscriptions ?? 10_000,
    maxUriLength: options.maxUriLength ?? 1024,
    maxCalls: options.maxCalls ?? 10_000,
    maxRegistrations: options.maxRegistrations ?? 10_000,
  };
  for (const [name, value] of Object.entries(numbers)) positive(name, value);
  return {
    ...numbers,
    uris: oneOf("uris", options.uris ?? "loose", ["loose", "strict"]),
    requestIds: oneOf("requestIds", options.requestIds ?? "sequential", ["sequential", "any"]),
    overflow: oneOf("overflow", options.overflow ?? "drop", ["drop", "close"]),
    logger: options.logger ?? console,
    clock: options.clock ?? systemClock,
  };
}

function oneOf<T extends string>(name: string, value: T, known: readonly T[]): T {
  if (known.includes(value)) return value;
  throw new TypeError(`${name} is ${JSON.stringify(value)}: one of ${known.join(", ")} is needed`);
}
