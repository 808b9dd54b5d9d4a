/**
 * History, recovery and presence of channels, checked against a model. `FUZZ_SEED` and `FUZZ_RUNS` change the fixed seed
 * and the effort.
 *
 * @module
 */

import * as fc from "fast-check";
import { test } from "vitest";
import { check, steps } from "../support/channels-model.ts";

const seed = Number(process.env["FUZZ_SEED"] ?? 6455);
const numRuns = Number(process.env["FUZZ_RUNS"] ?? 300);

test("channels do what the model does", async () => {
  await fc.assert(fc.asyncProperty(steps, check), { seed, numRuns });
});
