/**
 * What tests of applications need: connected pairs in memory, and a clock of their own.
 *
 * @module
 */

export { FakeClock } from "./fake-clock.ts";
export { pair } from "./pair.ts";
export type { Clock, Timer } from "../util/clock.ts";
