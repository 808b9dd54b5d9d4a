/**
 * The verdicts: what the peer did against what the case allows, and how the connection ended against how it had to.
 *
 * @module
 */

import type { Behaviour, CloseBehaviour, ConformanceCase, Event, Script, Verdict } from "./case.ts";
import type { FuzzerConnection } from "./fuzzer-connection.ts";

/** Whether the events are these, exactly and in order. */
export function matches(events: readonly Event[], expected: readonly Event[]): boolean {
  return (
    events.length === expected.length &&
    expected.every((event, index) => sameEvent(event, events[index] as Event))
  );
}

function sameEvent(left: Event, right: Event): boolean {
  if (left.type === "silence") return right.type === "silence" && left.label === right.label;
  if (right.type === "silence") return false;
  if (left.type === "message" && right.type === "message" && left.text !== right.text) return false;
  return left.type === right.type && Buffer.compare(left.payload, right.payload) === 0;
}

export function judge(
  test: ConformanceCase,
  script: Script | undefined,
  connection: FuzzerConnection,
  seen: { failure: string | undefined; droppedByClient: boolean },
): Verdict {
  const { ending } = test;
  const closeCode = connection.closeReceived?.code ?? null;
  const detail = describe(connection, seen.failure);
  if (connection.violation !== undefined) {
    return { behaviour: "FAILED", closeBehaviour: "FAILED", closeCode, detail };
  }
  if (test.informational === true) {
    return { behaviour: "INFORMATIONAL", closeBehaviour: "INFORMATIONAL", closeCode, detail };
  }
  const closeBehaviour = judgeEnding(test, connection, seen.droppedByClient);
  let behaviour = judgeEvents(script, connection, seen.failure);
  const wrongSide = connection.closedByFuzzer !== (ending.by === "fuzzer");
  if (ending.sideMatters === true && wrongSide) behaviour = "FAILED";
  if (ending.codeMatters === true && closeBehaviour === "WRONG CODE") behaviour = "FAILED";
  return { behaviour, closeBehaviour, closeCode, detail };
}

function judgeEvents(
  script: Script | undefined,
  { log }: FuzzerConnection,
  failure: string | undefined,
): Behaviour {
  if (failure !== undefined) return failure === "UNIMPLEMENTED" ? failure : "FAILED";
  if (script === undefined || matches(log, script.ok)) return "OK";
  return script.nonStrict !== undefined && matches(log, script.nonStrict) ? "NON-STRICT" : "FAILED";
}

function judgeEnding(
  { ending }: ConformanceCase,
  connection: FuzzerConnection,
  dropped: boolean,
): CloseBehaviour {
  const { closedByFuzzer, closeReceived } = connection;
  // Neither side closed in order and TCP is still there: the deadline passed.
  if (closeReceived === undefined && !connection.ended) return "FAILED";
  if (closedByFuzzer !== (ending.by === "fuzzer")) return "FAILED";
  if (ending.clean && closeReceived === undefined) return "UNCLEAN";
  const code = closeReceived?.code ?? null;
  if (code !== null && !ending.codes.includes(code)) return "WRONG CODE";
  return dropped ? "FAILED BY CLIENT" : "OK";
}

function describe(connection: FuzzerConnection, failure: string | undefined): string {
  const { violation, closeReceived, closedByFuzzer, ended } = connection;
  const events = connection.log.slice(0, 12).map(brief);
  if (connection.log.length > 12) events.push(`and ${connection.log.length - 12} more`);
  const parts = [`received [${events.join(", ")}]`];
  if (failure !== undefined) parts.push(failure);
  if (violation !== undefined) parts.push(`peer violation: ${violation.message}`);
  const closing =
    closeReceived && `${closeReceived.code ?? "no code"} ${JSON.stringify(closeReceived.reason)}`;
  parts.push(`close frame ${closing ?? "none"}`, `closed by ${closedByFuzzer ? "fuzzer" : "peer"}`);
  if (!ended) parts.push("TCP still open");
  return parts.join("; ");
}

function brief(event: Event): string {
  if (event.type === "silence") return `silence ${event.label}`;
  const kind = event.type === "message" ? (event.text ? "text" : "binary") : event.type;
  const { payload } = event;
  return `${kind} ${Buffer.from(payload.subarray(0, 16)).toString("hex")}${payload.length > 16 ? `… (${payload.length})` : ""}`;
}

/** The verdict when the opening handshake did not succeed, or the fuzzer itself failed. */
export function unopened(error: unknown): Verdict {
  return {
    behaviour: "FAILED",
    closeBehaviour: "FAILED",
    closeCode: null,
    detail: `not opened: ${String(error)}`,
  };
}
