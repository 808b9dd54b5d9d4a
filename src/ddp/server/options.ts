/**
 * What a DDP server is told when it is made.
 *
 * @module
 */

import type { Clock } from "../../util/clock.ts";
import type { OptionNames } from "../../util/option-names.ts";
import type { Logger } from "./logger.ts";

/** Durations are milliseconds, sizes bytes. */
export interface DdpOptions {
  /** Default: `console`. */
  readonly logger?: Logger | undefined;
  /** The source of time; tests give their own. */
  readonly clock?: Clock | undefined;
}

export const NAMES: OptionNames<DdpOptions> = { logger: true, clock: true };
