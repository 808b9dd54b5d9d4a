/**
 * The options of `eventSender`, and what becomes of them.
 *
 * @module
 */

import type { Clock } from "../../../util/clock.ts";
import { checkOptions } from "../../../util/option-names.ts";
import type { OptionNames } from "../../../util/option-names.ts";
import type { Logger } from "../session-server.ts";
import type { Fetch } from "./post.ts";

/** How to tell a backend of events. Durations are milliseconds, sizes bytes. */
export interface EventSenderOptions {
  readonly url: string | URL;
  /** Each request is signed with it: see `verifySignature`. */
  readonly secret: string;
  /** Header fields of each request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** What receivers know this process by. Default: a random name. */
  readonly node?: string | undefined;
  /** How long an event waits for others that go with it. Default: 50. */
  readonly delay?: number | undefined;
  /** A channel that is occupied again so soon was never vacated. Default: 1000. */
  readonly debounce?: number | undefined;
  /** How long an answer may take. Default: 5000. */
  readonly timeout?: number | undefined;
  /** The bound of the first delay before a batch is sent again; it doubles each time. Default: 500. */
  readonly initialDelay?: number | undefined;
  /** The bound of all these delays. Default: 30000. */
  readonly maxDelay?: number | undefined;
  /** How many events go into one batch. Default: 100. */
  readonly batchEvents?: number | undefined;
  /** About how much goes into one batch. Default: 262144. */
  readonly batchBytes?: number | undefined;
  /** How many events may wait to arrive; those that come then are dropped. Default: 10000. */
  readonly maxEvents?: number | undefined;
  /** How much may wait to arrive. Default: 8388608. */
  readonly maxBytes?: number | undefined;
  /** Default: the platform's. */
  readonly fetch?: Fetch | undefined;
  readonly clock?: Clock | undefined;
  /** Default: the console. */
  readonly logger?: Logger | undefined;
}

const OPTIONS: OptionNames<EventSenderOptions> = {
  url: true,
  secret: true,
  headers: true,
  node: true,
  delay: true,
  debounce: true,
  timeout: true,
  initialDelay: true,
  maxDelay: true,
  batchEvents: true,
  batchBytes: true,
  maxEvents: true,
  maxBytes: true,
  fetch: true,
  clock: true,
  logger: true,
};

/** The numbers among the options. */
export type EventSettings = Readonly<
  Record<
    | "delay"
    | "debounce"
    | "timeout"
    | "initialDelay"
    | "maxDelay"
    | "batchEvents"
    | "batchBytes"
    | "maxEvents"
    | "maxBytes",
    number
  >
>;

/** @throws TypeError or RangeError for an option that there is not, or that makes no sense. */
export function resolveEventOptions(options: EventSenderOptions): EventSettings {
  checkOptions("eventSender", options, OPTIONS);
  if (typeof options.secret !== "string" || options.secret === "") {
    throw new TypeError("eventSender needs a secret to sign with");
  }
  const settings: EventSettings = {
    delay: options.delay ?? 50,
    debounce: options.debounce ?? 1_000,
    timeout: options.timeout ?? 5_000,
    initialDelay: options.initialDelay ?? 500,
    maxDelay: options.maxDelay ?? 30_000,
    batchEvents: options.batchEvents ?? 100,
    batchBytes: options.batchBytes ?? 262_144,
    maxEvents: options.maxEvents ?? 10_000,
    maxBytes: options.maxBytes ?? 8_388_608,
  };
  for (const [name, value] of Object.entries(settings)) {
    const least = name === "delay" || name === "debounce" ? 0 : Number.MIN_VALUE;
    if (typeof value === "number" && value >= least) continue;
    throw new RangeError(
      `${name} of eventSender is ${JSON.stringify(value)}, which makes no sense`,
    );
  }
  return settings;
}
