/**
 * `fullduplex/wamp/conformance`: plays the cases of conformance/wamp against any WAMP router.
 *
 * @module
 */

export type {
  ActorSpec,
  ActorStep,
  CaseResult,
  ConformanceCase,
  Outcome,
  RepeatStep,
  Step,
  Verb,
} from "./case.ts";
export { loadCases } from "./load.ts";
export type { CaseFile } from "./load.ts";
export { differences, summarize, tally } from "./report.ts";
export type { SerializerSummary, Summary } from "./report.ts";
export { runConformance } from "./runner.ts";
export type { ConformanceOptions } from "./runner.ts";
