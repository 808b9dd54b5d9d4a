/**
 * Refusing what comes too often, by rules.
 *
 * @module
 */

import type { Clock } from "../../../util/clock.ts";
import { checkOptions } from "../../../util/option-names.ts";
import type { OptionNames } from "../../../util/option-names.ts";
import { positive } from "../../../util/positive.ts";
import { DdpError } from "../../protocol/error.ts";
import type { DdpConnection } from "../connection.ts";
import type { Logger } from "../../../util/logger.ts";
import type { Stoppable } from "../session/callbacks.ts";
import { countedBy } from "./rule.ts";
import type { LimitedAction, LimitedType, LimitRule } from "./rule.ts";
import { Windows } from "./windows.ts";

const NAMES: OptionNames<LimitRule> = {
  type: true,
  name: true,
  userId: true,
  clientAddress: true,
  connectionId: true,
  count: true,
  interval: true,
  message: true,
  onCheck: true,
};

/** A rule, and what it has counted. */
interface ActiveRule {
  readonly rule: LimitRule;
  readonly windows: Windows;
}

/** Why an action is refused. */
interface Refusal {
  readonly rule: LimitRule;
  /** Milliseconds. */
  readonly timeToReset: number;
}

/** Whoever acts. */
interface Actor {
  readonly userId: string | null;
  readonly connection: DdpConnection;
}

export class RateLimits {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #onRefusal: () => void;
  readonly #rules = new Set<ActiveRule>();

  constructor(clock: Clock, logger: Logger, onRefusal: () => void) {
    this.#clock = clock;
    this.#logger = logger;
    this.#onRefusal = onRefusal;
  }

  /** @throws TypeError or RangeError for a rule that makes no sense. */
  add(rule: LimitRule): Stoppable {
    checkOptions("limit", rule, NAMES);
    const count = positive("count", rule.count ?? 10);
    const interval = positive("interval", rule.interval ?? 1_000);
    const active = { rule: { ...rule }, windows: new Windows(this.#clock, count, interval) };
    this.#rules.add(active);
    return { stop: () => void this.#rules.delete(active) };
  }

  /**
   * Counts an action.
   *
   * @throws DdpError `too-many-requests` when there were too many.
   */
  check(type: LimitedType, name: string, { userId, connection }: Actor): void {
    if (this.#rules.size === 0) return;
    const { id: connectionId, clientAddress } = connection;
    const refusal = this.#count({ type, name, userId, clientAddress, connectionId });
    if (!refusal) return;
    this.#onRefusal();
    const timeToReset = Math.ceil(refusal.timeToReset);
    throw new DdpError("too-many-requests", explain(refusal.rule, timeToReset), { timeToReset });
  }

  /** All rules count it; of those that refuse it, the one that does so for the longest time. */
  #count(action: LimitedAction): Refusal | undefined {
    let refusal: Refusal | undefined;
    for (const { rule, windows } of this.#rules) {
      const key = countedBy(rule, action);
      if (key === undefined) continue;
      const timeToReset = windows.count(key);
      this.#tell(rule, timeToReset === undefined, action);
      if (timeToReset === undefined || timeToReset <= (refusal?.timeToReset ?? -1)) continue;
      refusal = { rule, timeToReset };
    }
    return refusal;
  }

  #tell({ onCheck }: LimitRule, allowed: boolean, action: LimitedAction): void {
    try {
      onCheck?.(allowed, action);
    } catch (error) {
      this.#logger.error("onCheck of a rate limit failed:", error);
    }
  }
}

function explain({ message }: LimitRule, timeToReset: number): string {
  if (typeof message === "function") return message(timeToReset);
  return message ?? `Too many requests: try again in ${Math.ceil(timeToReset / 1_000)} s`;
}
