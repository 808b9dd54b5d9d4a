/**
 * Turns the cases into tests, one each, that compare the verdict with the one on record in `expected.json`.
 *
 * @module
 */

import { readFile, writeFile } from "node:fs/promises";

import { afterAll, describe, expect, test } from "vitest";

import { selectCases } from "../cases/all-cases.ts";
import { EXCLUDED } from "../excluded.ts";
import type { ConformanceCase, Verdict } from "./case.ts";

/** Which side of the library is under test. */
export type Direction = "server" | "client";

type Recorded = Omit<Verdict, "detail">;
type Record_ = Record<Direction, Record<string, Recorded>>;

const RECORD = new URL("../expected.json", import.meta.url);

/** The verdicts on record. */
export async function readRecord(): Promise<Record_> {
  return JSON.parse(await readFile(RECORD, "utf8")) as Record_;
}

/**
 * Defines the tests of one direction. `CASES=6.4,7.*` runs some cases only; `RECORD=1` writes the verdicts down
 * instead of comparing them.
 */
export function conformanceTests(
  direction: Direction,
  run: (one: ConformanceCase) => Promise<Verdict>,
): void {
  const cases = selectCases(process.env["CASES"]).filter(({ id }) => !(id in EXCLUDED));
  const recording = process.env["RECORD"] === "1";
  const record = readRecord();
  const seen = new Map<string, Recorded>();

  describe.concurrent(`${direction} conformance`, () => {
    for (const one of cases) {
      test(`${one.id} ${one.description}`, async () => {
        const { detail, ...verdict } = await run(one);
        seen.set(one.id, verdict);
        if (!recording) expect(verdict, detail).toEqual((await record)[direction][one.id]);
      });
    }
  });

  afterAll(async () => {
    if (recording) await writeRecord(direction, seen);
  });
}

async function writeRecord(
  direction: Direction,
  seen: ReadonlyMap<string, Recorded>,
): Promise<void> {
  const record = await readRecord();
  const verdicts = { ...record[direction] };
  for (const [id, verdict] of seen) verdicts[id] = verdict;
  record[direction] = Object.fromEntries(
    selectCases(undefined).flatMap(({ id }) =>
      verdicts[id] === undefined ? [] : [[id, verdicts[id]]],
    ),
  );
  await writeFile(RECORD, format(record));
}

/** JSON with a line for each case, so that a change of one shows as one; as the formatter has it. */
function format(record: Record_): string {
  const blocks = Object.entries(record).map(([direction, verdicts]) => {
    const lines = Object.entries(verdicts).map(([id, verdict]) => {
      const fields = Object.entries(verdict).map(
        ([name, value]) => `"${name}": ${JSON.stringify(value)}`,
      );
      const line = `    "${id}": { ${fields.join(", ")} }`;
      if (line.length < 100) return line;
      return `    "${id}": {\n      ${fields.join(",\n      ")}\n    }`;
    });
    return `  "${direction}": {\n${lines.join(",\n")}\n  }`;
  });
  return `{\n${blocks.join(",\n")}\n}\n`;
}
