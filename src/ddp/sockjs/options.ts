/**
 * What SockJS is told when it is made.
 *
 * @module
 */

import type { Origins } from "../../http/origin.ts";
import type { RoutePath } from "../../http/routes.ts";
import { systemClock } from "../../util/clock.ts";
import type { Clock } from "../../util/clock.ts";
import { checkOptions } from "../../util/option-names.ts";
import type { OptionNames } from "../../util/option-names.ts";
import { positive } from "../../util/positive.ts";
import type { Logger } from "../../util/logger.ts";

/** Durations are milliseconds, sizes bytes. */
export interface SockJsOptions {
  /** Where it is: `/sockjs`, below the path that the application has, if any. Default: `/sockjs`. */
  readonly prefix?: RoutePath | undefined;
  /**
   * The web pages that may use it over plain HTTP: the same list that `serve` gets for WebSockets. With `"any"`, any page acts
   * with the cookies of whoever looks at it: then a handler must not go by cookies. Default: pages of the server itself.
   */
  readonly origins?: Origins | undefined;
  /** How often a client gets a sign of life. Proxies cut what is silent, mostly after 60000. Default: 25000. */
  readonly heartbeatInterval?: number | undefined;
  /** How long a client by plain HTTP may stay away between two polls, before it is taken for gone. Default: 5000. */
  readonly disconnectDelay?: number | undefined;
  /** How many clients by plain HTTP there may be; others are answered 503. Default: 10000. */
  readonly maxSessions?: number | undefined;
  /** The longest body that a client may send by plain HTTP; longer ones are answered 413. Default: 1048576. */
  readonly maxMessage?: number | undefined;
  /** How much may wait for a client by plain HTTP before it is sent away (1008). Default: 16777216. */
  readonly maxSendQueue?: number | undefined;
  /** Default: `console`; what the handler throws for a client by plain HTTP goes there. */
  readonly logger?: Logger | undefined;
  /** The source of time; tests give their own. */
  readonly clock?: Clock | undefined;
}

const NAMES: OptionNames<SockJsOptions> = {
  prefix: true,
  origins: true,
  heartbeatInterval: true,
  disconnectDelay: true,
  maxSessions: true,
  maxMessage: true,
  maxSendQueue: true,
  logger: true,
  clock: true,
};

/** {@link SockJsOptions} with their defaults. */
export interface SockJsSettings {
  readonly prefix: RoutePath;
  readonly origins: Origins | undefined;
  readonly heartbeatInterval: number;
  readonly disconnectDelay: number;
  readonly maxSessions: number;
  readonly maxMessage: number;
  readonly maxSendQueue: number;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Segments that are text: no parameter, and no empty one. */
const PREFIX = /^(?:\/[^/:*?#]+)+$/;

/** @throws TypeError or RangeError for an option that there is not, or that makes no sense. */
export function resolveOptions(options: SockJsOptions): SockJsSettings {
  checkOptions("sockJs", options, NAMES);
  const { prefix = "/sockjs" } = options;
  if (typeof prefix !== "string" || !PREFIX.test(prefix)) {
    throw new TypeError(`prefix: ${JSON.stringify(prefix)} is no path such as "/sockjs"`);
  }
  return {
    prefix,
    origins: options.origins,
    heartbeatInterval: positive("heartbeatInterval", options.heartbeatInterval ?? 25_000),
    disconnectDelay: positive("disconnectDelay", options.disconnectDelay ?? 5000),
    maxSessions: positive("maxSessions", options.maxSessions ?? 10_000),
    maxMessage: positive("maxMessage", options.maxMessage ?? 1024 * 1024),
    maxSendQueue: positive("maxSendQueue", options.maxSendQueue ?? 16 * 1024 * 1024),
    logger: options.logger ?? console,
    clock: options.clock ?? systemClock,
  };
}
