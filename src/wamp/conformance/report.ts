/**
 * Many results in few words, and compared with those of an earlier run.
 *
 * @module
 */

import { OUTCOMES } from "./case.ts";
import type { CaseResult, Outcome } from "./case.ts";

/** By serializer: how many cases, and the ids of those that aren't ok. */
export type Summary = Readonly<Record<string, SerializerSummary>>;

export type SerializerSummary = { readonly cases: number } & Readonly<
  Record<Exclude<Outcome, "ok">, readonly string[]>
>;

/**
 * What to keep of a run, for `differences`.
 *
 * @example
 * ```ts
 * await writeFile("expected.json", JSON.stringify(summarize(results)));
 * ```
 */
export function summarize(results: readonly CaseResult[]): Summary {
  const serializers = new Set(results.map(({ serializer }) => serializer));
  return Object.fromEntries(
    Array.from(serializers, (name) => {
      const own = results.filter(({ serializer }) => serializer === name);
      const ids = (outcome: Outcome): string[] =>
        own.filter((result) => result.outcome === outcome).map(({ id }) => id);
      return [
        name,
        {
          cases: own.length,
          failed: ids("failed"),
          unsupported: ids("unsupported"),
          error: ids("error"),
        },
      ];
    }),
  );
}

/**
 * What became of cases otherwise than in an earlier run, a line each. Cases that only one of the runs had count, too.
 *
 * @example
 * ```ts
 * const lines = differences(results, JSON.parse(await readFile("expected.json", "utf8")));
 * ```
 */
export function differences(results: readonly CaseResult[], earlier: Summary): string[] {
  const lines = Object.keys(earlier).flatMap((name) => {
    const cases = results.filter(({ serializer }) => serializer === name).length;
    const before = earlier[name]?.cases ?? 0;
    return cases === before ? [] : [`${name}: ${cases} cases instead of ${before}`];
  });
  for (const { id, serializer, outcome, reason } of results) {
    const before = outcomeIn(earlier, serializer, id);
    if (before === outcome) continue;
    const because = reason === undefined ? "" : ` (${reason})`;
    lines.push(`${id} with ${serializer}: ${outcome}${because} instead of ${before}`);
  }
  return lines;
}

function outcomeIn(summary: Summary, serializer: string, id: string): Outcome {
  const own = Object.hasOwn(summary, serializer) ? summary[serializer] : undefined;
  if (own?.failed.includes(id) === true) return "failed";
  if (own?.unsupported.includes(id) === true) return "unsupported";
  return own?.error.includes(id) === true ? "error" : "ok";
}

/**
 * How many of each outcome, a line for each serializer.
 *
 * @example
 * ```ts
 * console.log(tally(results).join("\n")); // "json: 200 ok, 3 failed"
 * ```
 */
export function tally(results: readonly CaseResult[]): string[] {
  const serializers = new Set(results.map(({ serializer }) => serializer));
  return Array.from(serializers, (name) => {
    const own = results.filter(({ serializer }) => serializer === name);
    const counts = OUTCOMES.map((outcome) => {
      const number = own.filter((result) => result.outcome === outcome).length;
      return number === 0 ? [] : [`${number} ${outcome}`];
    });
    return `${name}: ${counts.flat().join(", ")}`;
  });
}
