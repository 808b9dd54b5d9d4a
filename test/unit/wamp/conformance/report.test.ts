import { expect, test } from "vitest";
import type { CaseResult } from "../../../../src/wamp/conformance/case.ts";
import { differences, summarize, tally } from "../../../../src/wamp/conformance/report.ts";

const results: CaseResult[] = [
  { id: "a/1", serializer: "json", outcome: "ok" },
  { id: "a/2", serializer: "json", outcome: "failed", reason: "nothing came" },
  { id: "a/1", serializer: "cbor", outcome: "unsupported", reason: "why" },
  { id: "a/2", serializer: "cbor", outcome: "error", reason: "oh" },
];

test("a summary names what isn't ok", () => {
  expect(summarize(results)).toEqual({
    json: { cases: 2, failed: ["a/2"], unsupported: [], error: [] },
    cbor: { cases: 2, failed: [], unsupported: ["a/1"], error: ["a/2"] },
  });
});

test("a run differs in nothing from itself", () => {
  expect(differences(results, summarize(results))).toEqual([]);
});

test("what became otherwise is a difference, and so is another number of cases", () => {
  const earlier = {
    json: { cases: 3, failed: [], unsupported: [], error: [] },
    cbor: { cases: 2, failed: [], unsupported: ["a/1"], error: ["a/2"] },
  };
  expect(differences(results, earlier)).toEqual([
    "json: 2 cases instead of 3",
    "a/2 with json: failed (nothing came) instead of ok",
  ]);
});

test("a tally has a line for each serializer", () => {
  expect(tally(results)).toEqual(["json: 1 ok, 1 failed", "cbor: 1 unsupported, 1 error"]);
});
