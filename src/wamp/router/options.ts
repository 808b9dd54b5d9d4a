/**
 * What a router is told when it is made.
 *
 * @module
 */

import { systemClock } from "../../util/clock.ts";
import type { Clock } from "../../util/clock.ts";
import type { Uri } from "../protocol/messages.ts";
import type { Serializer } from "../protocol/serializer.ts";
import type { UriRules } from "../protocol/uri.ts";
import type { Authenticator } from "./authentication/authenticator.ts";
import type { Authorizer } from "./authorization/authorizer.ts";

/** A `console`, or something like it. */
export interface Logger {
  error(...data: unknown[]): void;
  warn(...data: unknown[]): void;
}

/** A realm: a space of its own for sessions, topics and procedures. */
export interface RealmOptions {
  /** How clients show who they are; the first method that a client offers too is used, in the client's order. */
  readonly authenticators: readonly Authenticator[];
  /** Who may do what. Default: nobody may do anything. */
  readonly authorizer?: Authorizer | undefined;
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
   * requests may be any, for clients from before that rule. Default: `sequential`.
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
  readonly maxCalls: number;
  readonly maxRegistrations: number;
  readonly logger: Logger;
  readonly clock: Clock;
}

declare const console: Logger;

export function settle(options: RouterOptions): Settings {
  const { uris = "loose", requestIds = "sequential", overflow = "drop" } = options;
  const { openTimeout = 10_000, closeTimeout = 5000, maxQueue = 4_194_304 } = options;
  const { maxCalls = 10_000, maxRegistrations = 10_000 } = options;
  const { logger = console, clock = systemClock } = options;
  return {
    uris,
    requestIds,
    overflow,
    openTimeout,
    closeTimeout,
    maxQueue,
    maxCalls,
    maxRegistrations,
    logger,
    clock,
  };
}
