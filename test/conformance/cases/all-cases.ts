/**
 * Every case of the public conformance suite that fuzzes endpoints, in order, and the choice of some of them.
 *
 * @module
 */

import type { ConformanceCase } from "../support/case.ts";
import { section1 } from "./section-1-framing.ts";
import { section2 } from "./section-2-ping.ts";
import { section3 } from "./section-3-reserved-bits.ts";
import { section4 } from "./section-4-opcodes.ts";
import { section5 } from "./section-5-fragmentation.ts";
import { section6 } from "./section-6-utf8.ts";
import { section7 } from "./section-7-close.ts";
import { section9 } from "./section-9-limits.ts";
import { section10 } from "./section-10-fragments.ts";
import { section12, section13 } from "./section-12-13-deflate.ts";

export const ALL_CASES: readonly ConformanceCase[] = [
  ...section1,
  ...section2,
  ...section3,
  ...section4,
  ...section5,
  ...section6,
  ...section7,
  ...section9,
  ...section10,
  ...section12,
  ...section13,
];

/**
 * The cases that a comma-separated list of numbers names: `6.4.1`, `6.4` or `6.4.*` (all of 6.4), `*`.
 * Throws if a number names none, so that a slip does not pass for success.
 */
export function selectCases(
  patterns: string | undefined,
  cases: readonly ConformanceCase[] = ALL_CASES,
): ConformanceCase[] {
  if (patterns === undefined || patterns === "") return [...cases];
  const chosen = new Set<ConformanceCase>();
  for (const pattern of patterns.split(",")) {
    const prefix = pattern.trim().replace(/\.?\*$/, "");
    const found = cases.filter(
      ({ id }) => prefix === "" || id === prefix || id.startsWith(`${prefix}.`),
    );
    if (found.length === 0) throw new RangeError(`no case is called ${pattern}`);
    for (const one of found) chosen.add(one);
  }
  return cases.filter((one) => chosen.has(one));
}
