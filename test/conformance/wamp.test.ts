/** The cases of conformance/wamp against this package's router, with each serializer, over real sockets. */

import { readFileSync, writeFileSync } from "node:fs";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { readCases } from "../../src/cli/conformance-files.ts";
import { connect } from "../../src/client/node/index.ts";
import { cbor } from "../../src/wamp/cbor/index.ts";
import { json } from "../../src/wamp/client/index.ts";
import type { Serializer } from "../../src/wamp/client/index.ts";
import { differences, runConformance, summarize } from "../../src/wamp/conformance/index.ts";
import type { CaseResult, Summary } from "../../src/wamp/conformance/index.ts";
import { msgpack } from "../../src/wamp/msgpack/index.ts";
import { startRouter } from "../support/wamp-fixture.ts";
import type { ListeningRouter } from "../support/wamp-fixture.ts";

const RECORD = new URL("./wamp-expected.json", import.meta.url);
const SERIALIZERS = [json, msgpack, cbor];
/** `CASES=pubsub/,rpc/call` plays only the cases whose ids begin so. */
const chosen = process.env["CASES"]?.split(",") ?? [""];
const isWhole = chosen.includes("");
const isRecording = process.env["RECORD"] === "1";

let router: ListeningRouter | undefined;
const results: CaseResult[] = [];

beforeAll(async () => {
  router = await startRouter();
});

afterAll(async () => {
  await router?.close();
  if (!isRecording) return;
  const record = { summary: summarize(results) };
  writeFileSync(RECORD, `${JSON.stringify(record, undefined, 2)}\n`);
});

describe("the WAMP conformance suite", () => {
  test.each(SERIALIZERS)("has the results on record with $name", async (serializer) => {
    const own = await run(serializer);
    results.push(...own);
    if (isRecording) return;
    const { summary } = JSON.parse(readFileSync(RECORD, "utf8")) as { summary: Summary };
    const expected = summary[serializer.name];
    expect(expected).toBeDefined();
    const cases = isWhole ? expected!.cases : own.length;
    expect(differences(own, { [serializer.name]: { ...expected!, cases } })).toEqual([]);
  });
});

function run(serializer: Serializer): Promise<CaseResult[]> {
  const cases = readCases().filter(({ id }) => chosen.some((start) => id.startsWith(start)));
  return runConformance(cases, {
    open: ({ subprotocol }) => connect(router?.url ?? "", { subprotocols: [subprotocol] }),
    serializer,
    serializers: SERIALIZERS,
    fixtures: ["all"],
    onResult: isRecording ? undefined : report,
  });
}

function report({ outcome, ...result }: CaseResult): void {
  if (outcome === "failed" || outcome === "error") console.warn(outcome, JSON.stringify(result));
}
