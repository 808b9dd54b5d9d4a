/**
 * `fullduplex wamp-conformance`: tries a WAMP router, anyone's.
 *
 * @module
 */

import { readFileSync } from "node:fs";

import { connect } from "../client/node/index.ts";
import type { Connection } from "../client/node/index.ts";
import { cbor } from "../wamp/cbor/index.ts";
import { json } from "../wamp/client/index.ts";
import type { Serializer } from "../wamp/client/index.ts";
import { differences, runConformance, summarize, tally } from "../wamp/conformance/index.ts";
import type { CaseResult, ConformanceCase, Summary } from "../wamp/conformance/index.ts";
import { msgpack } from "../wamp/msgpack/index.ts";
import { MAX_DURATION, UsageError } from "./arguments.ts";
import type { Arguments, CommandSpec } from "./arguments.ts";
import { readCases } from "./conformance-files.ts";
import { ExitCode } from "./exit-codes.ts";
import { describeError, escape } from "./format.ts";
import type { Io } from "./io.ts";

const SERIALIZERS: readonly Serializer[] = [json, msgpack, cbor];

/** Milliseconds: for everything that the router has to do. */
const TIMEOUT = 2000;

export const WAMP_CONFORMANCE: CommandSpec = {
  name: "wamp-conformance",
  summary: "Try a WAMP router against the cases of the conformance suite.",
  operands: ["url"],
  options: {
    realm: { value: "name", help: "Where anonymous sessions may do everything. Default: realm1." },
    serializer: { value: "name", help: "json, msgpack, cbor, or all. Default: json." },
    chapter: { value: "name", multiple: true, help: "Only cases of a chapter. May be repeated." },
    case: { value: "id", multiple: true, help: "Only this case. May be repeated." },
    with: {
      value: "fixture",
      multiple: true,
      help: "What the router is configured for, or all. May be repeated.",
    },
    strict: { help: "Cases fail whose features the router doesn't announce." },
    timeout: { value: "ms", help: `How long each reply may take. Default: ${TIMEOUT}.` },
    json: { help: "Write the results as JSON." },
    expect: { value: "path", help: "Compare with what --json wrote in an earlier run." },
  },
  notes: `Exit codes: 0 nothing failed (with --expect: nothing differs), 1 wrong usage, 2 no connection, 6 otherwise.`,
};

/** Resolves with the exit code. */
export async function wampConformanceCommand(given: Arguments, io: Io): Promise<number> {
  const [url = ""] = given.operands;
  const cases = choose(readCases(), given);
  const serializers = readSerializers(given.text("serializer"));
  const earlier = readSummary(given.text("expect"));
  const timeout = given.integer("timeout", 1, MAX_DURATION) ?? TIMEOUT;
  const results: CaseResult[] = [];
  for (const serializer of serializers) {
    try {
      results.push(...(await runWith(serializer, cases, { given, io, timeout })));
    } catch (error) {
      if (error instanceof TypeError || error instanceof RangeError) {
        throw new UsageError(error.message, { cause: error });
      }
      io.stderr.write(`fullduplex: ${serializer.name}: ${describeError(error)}\n`);
      return ExitCode.NotConnected;
    }
  }
  const lines = earlier ? differences(results, earlier) : [];
  if (given.has("json")) {
    const report = { url, summary: summarize(results), results };
    io.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  } else {
    for (const line of [...lines, ...tally(results)]) io.stdout.write(`${escape(line)}\n`);
  }
  const isBad = earlier ? lines.length > 0 : results.some(({ outcome }) => isFailure(outcome));
  return isBad ? ExitCode.Failed : ExitCode.Ok;
}

function isFailure(outcome: CaseResult["outcome"]): boolean {
  return outcome === "failed" || outcome === "error";
}

interface Circumstances {
  readonly given: Arguments;
  readonly io: Io;
  /** Milliseconds. */
  readonly timeout: number;
}

function runWith(
  serializer: Serializer,
  cases: readonly ConformanceCase[],
  { given, io, timeout }: Circumstances,
): Promise<CaseResult[]> {
  const [url = ""] = given.operands;
  const open = ({ subprotocol }: Serializer): Promise<Connection> =>
    connect(url, { subprotocols: [subprotocol], openTimeout: timeout, closeTimeout: timeout });
  const show = (result: CaseResult): void => {
    if (isFailure(result.outcome)) io.stdout.write(`${escape(describe(result), "\n")}\n`);
  };
  return runConformance(cases, {
    open,
    serializer,
    serializers: SERIALIZERS,
    realm: given.text("realm"),
    fixtures: given.texts("with"),
    strict: given.has("strict"),
    timeout,
    onResult: given.has("json") ? undefined : show,
  });
}

/** Such as `pubsub/exclude-me with json: failed at step 3: message[2] is no id`, and what was expected and received. */
function describe(result: CaseResult): string {
  const { id, serializer, outcome, reason, step, expected, received } = result;
  const where = step === undefined ? "" : ` at step ${step}`;
  const lines = [`${id} with ${serializer}: ${outcome}${where}: ${reason ?? ""}`];
  if (expected !== undefined) lines.push(`  expected ${JSON.stringify(expected)}`);
  if (received !== undefined) lines.push(`  received ${JSON.stringify(received)}`);
  return lines.join("\n");
}

function choose(cases: readonly ConformanceCase[], given: Arguments): readonly ConformanceCase[] {
  const ids = given.texts("case");
  const chapters = given.texts("chapter");
  const unknown =
    ids.find((id) => !cases.some((one) => one.id === id)) ??
    chapters.find((name) => !cases.some(({ chapter }) => chapter === name));
  if (unknown !== undefined) throw new UsageError(`there is no case or chapter ${unknown}`);
  if (ids.length === 0 && chapters.length === 0) return cases;
  return cases.filter(({ id, chapter }) => ids.includes(id) || chapters.includes(chapter));
}

function readSerializers(name: string = "json"): readonly Serializer[] {
  if (name === "all") return SERIALIZERS;
  const found = SERIALIZERS.filter((serializer) => serializer.name === name);
  if (found.length === 0) throw new UsageError("--serializer takes json, msgpack, cbor or all");
  return found;
}

function readSummary(path: string | undefined): Summary | undefined {
  if (path === undefined) return undefined;
  try {
    const { summary } = JSON.parse(readFileSync(path, "utf8")) as { summary?: Summary };
    if (typeof summary === "object") return summary;
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message}`, { cause: error });
  }
  throw new UsageError(`${path} has no summary`);
}
