/**
 * CANCEL, YIELD, ERROR, time, leaving and revocation in every order: each call has one outcome, and nothing is left of it.
 * `FUZZ_SEED` and `FUZZ_RUNS` change the fixed seed and the effort.
 *
 * @module
 */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { checkCall, STEPS } from "../support/wamp-call-model.ts";
import type { Step, Variant } from "../support/wamp-call-model.ts";
import { actions, checkCalls } from "../support/wamp-calls-model.ts";

const seed = Number(process.env["FUZZ_SEED"] ?? 6455);
const numRuns = Number(process.env["FUZZ_RUNS"] ?? 300);

/** Of sequences of all steps: 13 to the power of that. */
const LENGTH = 4;

const VARIANTS: readonly Variant[] = [
  { cancelable: true, progressive: false },
  { cancelable: true, progressive: true },
  { cancelable: false, progressive: false },
];

function* sequences(length: number): Generator<readonly Step[]> {
  if (length === 0) yield [];
  else for (const rest of sequences(length - 1)) for (const step of STEPS) yield [...rest, step];
}

test.each(VARIANTS)("one call, every order of four steps: %j", (variant) => {
  let count = 0;
  for (const steps of sequences(LENGTH)) {
    checkCall(steps, variant);
    count++;
  }
  expect(count).toBe(STEPS.length ** LENGTH);
});

test.each(VARIANTS)("one call, longer orders: %j", (variant) => {
  const steps = fc.array(fc.constantFrom(...STEPS), { minLength: LENGTH, maxLength: 16 });
  fc.assert(
    fc.property(steps, (taken) => checkCall(taken, variant)),
    { seed, numRuns: numRuns * 30 },
  );
});

test("many calls, of many callers to many callees, with authorizers that take their time", async () => {
  await fc.assert(fc.asyncProperty(actions, checkCalls), { seed, numRuns });
});
