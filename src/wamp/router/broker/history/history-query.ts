/**
 * What `wamp.subscription.get_events` is asked for (WAMP specification, "Event History"): conditions that all have to hold.
 *
 * @module
 */

import * as ErrorUri from "../../../protocol/error-uri.ts";
import { WampError } from "../../../protocol/errors.ts";
import { isId } from "../../../protocol/ids.ts";
import type { Dict, Id } from "../../../protocol/messages.ts";
import type { HistoryEvent } from "./event-history.ts";

/** RFC 3339 section 5.6. */
const TIMESTAMP = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/;

type Accepts = (event: HistoryEvent) => boolean;

interface HistoryResult {
  readonly events: readonly HistoryEvent[];
  /** Whether there were more than the limit. */
  readonly isLimitReached: boolean;
}

export class HistoryQuery {
  readonly #reverse: boolean;
  readonly #limit: number;
  readonly #topic: string | undefined;
  readonly #times: readonly Accepts[];
  readonly #kwargs: Dict;

  /** @throws WampError `wamp.error.invalid_argument` for conditions of other types. */
  constructor(kwargs: Dict) {
    this.#kwargs = kwargs;
    this.#reverse = optional(kwargs, "reverse", "a boolean", isBool) ?? false;
    this.#limit = optional(kwargs, "limit", "a positive integer", isPositive) ?? Infinity;
    this.#topic = optional(kwargs, "topic", "a URI", isString);
    this.#times = timesOf(kwargs);
    for (const name of POSITIONS) this.#publication(name);
  }

  /** Of all events, oldest first. `may` tells which of them whoever asks may see. */
  select(all: readonly HistoryEvent[], may: Accepts): HistoryResult {
    const events: HistoryEvent[] = [];
    for (const event of this.#reverse ? this.#range(all).toReversed() : this.#range(all)) {
      if (!this.#accepts(event) || !may(event)) continue;
      if (events.length === this.#limit) return { events, isLimitReached: true };
      events.push(event);
    }
    return { events, isLimitReached: false };
  }

  /**
   * Those between the publications that were named. Where one of them isn't there (any more) nobody can tell what comes before
   * or after it: nothing.
   */
  #range(all: readonly HistoryEvent[]): readonly HistoryEvent[] {
    let [start, end] = [0, all.length];
    for (const name of POSITIONS) {
      const id = this.#publication(name);
      if (id === undefined) continue;
      const at = all.findIndex(({ publication }) => publication.id === id);
      if (at < 0) return [];
      if (name === "from_publication") start = Math.max(start, at);
      else if (name === "after_publication") start = Math.max(start, at + 1);
      else if (name === "before_publication") end = Math.min(end, at);
      else end = Math.min(end, at + 1);
    }
    return all.slice(start, Math.max(start, end));
  }

  #accepts(event: HistoryEvent): boolean {
    if (this.#topic !== undefined && event.publication.topic !== this.#topic) return false;
    return this.#times.every((accepts) => accepts(event));
  }

  #publication(name: (typeof POSITIONS)[number]): Id | undefined {
    return optional(this.#kwargs, name, "an id", isId);
  }
}

const POSITIONS = [
  "from_publication",
  "after_publication",
  "before_publication",
  "until_publication",
] as const;

function timesOf(kwargs: Dict): Accepts[] {
  const conditions: Accepts[] = [];
  const add = (name: string, accepts: (time: number, limit: number) => boolean): void => {
    const text = optional(kwargs, name, "a timestamp of RFC 3339", isTimestamp);
    if (text === undefined) return;
    const limit = timeOf(text);
    conditions.push(({ time }) => accepts(time, limit));
  };
  add("from_time", (time, limit) => time >= limit);
  add("after_time", (time, limit) => time > limit);
  add("before_time", (time, limit) => time < limit);
  add("until_time", (time, limit) => time <= limit);
  return conditions;
}

/** `null` is nothing, as absence. */
function optional<T>(
  kwargs: Dict,
  name: string,
  what: string,
  is: (value: unknown) => value is T,
): T | undefined {
  const value = Object.hasOwn(kwargs, name) ? kwargs[name] : undefined;
  if (value === undefined || value === null) return undefined;
  if (is(value)) return value;
  throw new WampError(ErrorUri.InvalidArgument, [`${name} is ${what}`]);
}

function isBool(value: unknown): value is boolean {
  return typeof value === "boolean";
}

function isPositive(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isTimestamp(value: unknown): value is string {
  return isString(value) && TIMESTAMP.test(value) && !Number.isNaN(timeOf(value));
}

/** In the one form that all platforms parse. */
function timeOf(timestamp: string): number {
  return Date.parse(timestamp.replace(" ", "T").toUpperCase());
}
