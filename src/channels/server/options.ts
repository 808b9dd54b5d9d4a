/**
 * The options of `createChannels`, and what becomes of them.
 *
 * @module
 */

import type { Engine } from "../../engine/engine.ts";
import type { Clock } from "../../util/clock.ts";
import { checkOptions } from "../../util/option-names.ts";
import { positive } from "../../util/positive.ts";
import type { OptionNames } from "../../util/option-names.ts";
import type { StreamingOptions } from "./emulation/streaming.ts";
import type { ChannelsEvent, Hooks, TokenVerifier } from "./hooks.ts";
import type { NamespaceOptions } from "./namespaces.ts";
import type { Logger } from "./session-server.ts";

/** How to serve channels. Durations are milliseconds, sizes bytes. */
export interface ChannelsOptions {
  /** What it stands on; it is not closed with the channels. Default: memory of its own. */
  readonly engine?: Engine | undefined;
  /** What channels there are: a name begins with its namespace and a colon; `""` is for names without one. Default: none. */
  readonly namespaces?: Readonly<Record<string, NamespaceOptions>> | undefined;
  /** Checks tokens: see `tokenVerifier`. Without it, and without a `connect` hook, only anonymous clients can be let in. */
  readonly tokens?: TokenVerifier | undefined;
  readonly hooks?: Hooks | undefined;
  /** Is told what happens; nothing waits for it. What it throws is logged. */
  readonly onEvent?: ((event: ChannelsEvent) => void) | undefined;
  /** Let clients in that bring no token and that no hook knows, as the user `""`. Default: `false`. */
  readonly anonymous?: boolean | undefined;
  /**
   * Subscribe each user with a name to a channel of its own, `<namespace>:#<user>`: the namespace. In the user's name a `,`
   * is written as `%2C` there, and a `%` as `%25`. Default: none.
   */
  readonly personal?: string | undefined;
  /** How many clients there may be on this node. Default: no limit. */
  readonly maxClients?: number | undefined;
  /** How many connections one user may have on this node. Default: no limit. */
  readonly maxClientsPerUser?: number | undefined;
  /** How many subscriptions a client may have. Default: 128. */
  readonly maxSubscriptions?: number | undefined;
  /** How many publications are recovered at once; who missed more is told so. Default: 300. */
  readonly maxRecover?: number | undefined;
  /** How much may wait to be sent to a client before it counts as slow. Default: 1048576. */
  readonly maxQueue?: number | undefined;
  /** How long a client may take to identify itself. Default: 10000. */
  readonly connectTimeout?: number | undefined;
  /** How often the protocol's own ping is sent, for clients that can't see those of WebSockets. Default: 25000. */
  readonly pingInterval?: number | undefined;
  /** Default: 8000. */
  readonly pongTimeout?: number | undefined;
  /** How long an expired connection or subscription may take to be refreshed. Default: 25000. */
  readonly expiryGrace?: number | undefined;
  /** How long somebody stays in the presence who is not seen any more, because this process died. Default: 60000. */
  readonly presenceTtl?: number | undefined;
  /** How often it is checked that nothing was missed in silence. Default: 40000. */
  readonly positionInterval?: number | undefined;
  /** For clients over plain HTTP. */
  readonly streaming?: StreamingOptions | undefined;
  /** Default: warnings and errors to the console. */
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
}

/** The numbers among the options. */
export interface Settings {
  readonly anonymous: boolean;
  readonly personal: string | undefined;
  readonly maxClients: number;
  readonly maxClientsPerUser: number;
  readonly maxSubscriptions: number;
  readonly maxRecover: number;
  readonly maxQueue: number;
  readonly connectTimeout: number;
  readonly pingInterval: number;
  readonly pongTimeout: number;
  readonly expiryGrace: number;
  readonly presenceTtl: number;
  readonly positionInterval: number;
}

const OPTIONS: OptionNames<ChannelsOptions> = {
  engine: true,
  namespaces: true,
  tokens: true,
  hooks: true,
  onEvent: true,
  anonymous: true,
  personal: true,
  maxClients: true,
  maxClientsPerUser: true,
  maxSubscriptions: true,
  maxRecover: true,
  maxQueue: true,
  connectTimeout: true,
  pingInterval: true,
  pongTimeout: true,
  expiryGrace: true,
  presenceTtl: true,
  positionInterval: true,
  streaming: { origins: true, maxMessage: true },
  logger: true,
  clock: true,
};

/** @throws TypeError or RangeError for an option that there is not, or that makes no sense. */
export function resolveOptions(options: ChannelsOptions): Settings {
  checkOptions("createChannels", options, OPTIONS);
  const settings: Settings = {
    anonymous: options.anonymous ?? false,
    personal: options.personal,
    maxClients: options.maxClients ?? Infinity,
    maxClientsPerUser: options.maxClientsPerUser ?? Infinity,
    maxSubscriptions: options.maxSubscriptions ?? 128,
    maxRecover: options.maxRecover ?? 300,
    maxQueue: options.maxQueue ?? 1024 * 1024,
    connectTimeout: options.connectTimeout ?? 10_000,
    pingInterval: options.pingInterval ?? 25_000,
    pongTimeout: options.pongTimeout ?? 8_000,
    expiryGrace: options.expiryGrace ?? 25_000,
    presenceTtl: options.presenceTtl ?? 60_000,
    positionInterval: options.positionInterval ?? 40_000,
  };
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value === "boolean" || typeof value === "string" || value === undefined) continue;
    positive(name, value);
  }
  if (settings.pongTimeout > settings.pingInterval) {
    throw new RangeError("pongTimeout has to be less than pingInterval");
  }
  return settings;
}
