/**
 * What a DDP server is told when it is made.
 *
 * @module
 */

import { systemClock } from "../../util/clock.ts";
import type { Clock } from "../../util/clock.ts";
import { checkOptions } from "../../util/option-names.ts";
import type { OptionNames } from "../../util/option-names.ts";
import { positive } from "../../util/positive.ts";
import type { Logger } from "../../util/logger.ts";

/** DDP's own pings, in milliseconds; `false`: none are sent. */
export type HeartbeatOptions =
  | false
  | {
      /** How long a client may be silent before it is pinged. Default: 15000. */
      readonly interval?: number | undefined;
      /** How long it may then go on being silent before its connection is cut. Default: 15000. */
      readonly timeout?: number | undefined;
    };

/**
 * What is kept for clients that lose their connection; `false`: nothing, they begin anew. Durations are milliseconds, sizes bytes
 * (those of text counted in UTF-16 units).
 */
export type ResumeOptions =
  | false
  | {
      /** How long a session waits for its client to come back. Default: 15000. */
      readonly grace?: number | undefined;
      /** How many of the messages sent last are kept for each session, in case they were lost. Default: 100. */
      readonly messages?: number | undefined;
      /** How much these may be together. Default: 65536. */
      readonly bytes?: number | undefined;
      /** How long it is remembered after a session has ended which methods it ran, and what came of them. Default: 300000. */
      readonly ledger?: number | undefined;
      /** How many sessions may wait for their clients; beyond it those that wait longest are ended. Default: 10000. */
      readonly sessions?: number | undefined;
    };

/** Durations are milliseconds, sizes bytes. */
export interface DdpOptions {
  /** How long a client may take to send its `connect`. Default: 10000. */
  readonly openTimeout?: number | undefined;
  /** Default: after 15000 of silence, given up 15000 later. */
  readonly heartbeat?: HeartbeatOptions | undefined;
  /** Default: sessions wait 15000, with up to 100 messages. */
  readonly resume?: ResumeOptions | undefined;
  /** How many subscriptions a client may have; more are refused with `too-many-subscriptions`. Default: 1000. */
  readonly maxSubscriptions?: number | undefined;
  /** How many messages of a client may wait for their turn before reading from it pauses. Default: 100. */
  readonly maxQueue?: number | undefined;
  /** How many methods of a client may run at the same time, unblocked, before reading from it pauses. Default: 1000. */
  readonly maxRunning?: number | undefined;
  /** Default: `console`. */
  readonly logger?: Logger | undefined;
  /** The source of time; tests give their own. */
  readonly clock?: Clock | undefined;
}

type Some<Options> = Exclude<Options, false>;

const HEARTBEAT: OptionNames<Some<HeartbeatOptions>> = { interval: true, timeout: true };

const RESUME: OptionNames<Some<ResumeOptions>> = {
  grace: true,
  messages: true,
  bytes: true,
  ledger: true,
  sessions: true,
};

const NAMES: OptionNames<DdpOptions> = {
  openTimeout: true,
  heartbeat: HEARTBEAT,
  resume: RESUME,
  maxSubscriptions: true,
  maxQueue: true,
  maxRunning: true,
  logger: true,
  clock: true,
};

/** {@link DdpOptions} with their defaults. */
export interface Settings {
  readonly openTimeout: number;
  readonly heartbeat: { readonly interval: number; readonly timeout: number } | undefined;
  readonly resume: ResumeSettings | undefined;
  readonly maxSubscriptions: number;
  readonly maxQueue: number;
  readonly maxRunning: number;
  readonly logger: Logger;
  readonly clock: Clock;
}

export interface ResumeSettings {
  readonly grace: number;
  readonly messages: number;
  readonly bytes: number;
  readonly ledger: number;
  readonly sessions: number;
}

/** @throws TypeError or RangeError for an option that there is not, or that makes no sense. */
export function readOptions(options: DdpOptions): Settings {
  checkOptions("createDdp", options, NAMES);
  const { heartbeat = {}, resume = {} } = options;
  return {
    openTimeout: positive("openTimeout", options.openTimeout ?? 10_000),
    heartbeat: heartbeat === false ? undefined : readHeartbeat(heartbeat),
    resume: resume === false ? undefined : readResume(resume),
    maxSubscriptions: positive("maxSubscriptions", options.maxSubscriptions ?? 1_000),
    maxQueue: positive("maxQueue", options.maxQueue ?? 100),
    maxRunning: positive("maxRunning", options.maxRunning ?? 1_000),
    logger: options.logger ?? console,
    clock: options.clock ?? systemClock,
  };
}

function readHeartbeat(options: Some<HeartbeatOptions>): NonNullable<Settings["heartbeat"]> {
  return {
    interval: positive("heartbeat.interval", options.interval ?? 15_000),
    timeout: positive("heartbeat.timeout", options.timeout ?? 15_000),
  };
}

function readResume(options: Some<ResumeOptions>): ResumeSettings {
  return {
    grace: positive("resume.grace", options.grace ?? 15_000),
    messages: positive("resume.messages", options.messages ?? 100),
    bytes: positive("resume.bytes", options.bytes ?? 65_536),
    ledger: positive("resume.ledger", options.ledger ?? 300_000),
    sessions: positive("resume.sessions", options.sessions ?? 10_000),
  };
}
