/**
 * History, recovery and presence, checked against a model: the quick form of test/fuzz/channels-model.test.ts.
 *
 * @module
 */

import * as fc from "fast-check";
import { test } from "vitest";
import { check, steps } from "../support/channels-model.ts";

test("channels do what the model does", async () => {
  await fc.assert(fc.asyncProperty(steps, check), { seed: 6455, numRuns: 12 });
});
