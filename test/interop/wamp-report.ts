/**
 * What peers of others report.
 *
 * @module
 */

import { join } from "node:path";
import { expect } from "vitest";
import { root } from "../support/project.ts";
import { run } from "../support/run.ts";

/** Runs a program of `peers`, and returns the last JSON object that it printed in a line. */
export async function report(
  command: string,
  program: string,
  ...parameters: string[]
): Promise<unknown> {
  const script = join(root, "test", "interop", "peers", program);
  const { code, stdout, stderr } = await run(command, [script, ...parameters], { timeout: 40_000 });
  expect(code, stdout + stderr).toBe(0);
  const printed = stdout.split("\n").findLast((line) => line.startsWith("{"));
  expect(printed, stdout + stderr).toBeDefined();
  return JSON.parse(printed as string);
}
