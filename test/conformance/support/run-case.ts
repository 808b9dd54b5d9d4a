/**
 * Plays one case over an open connection and judges what came of it.
 *
 * @module
 */

import { randomBytes } from "node:crypto";

import type { ConformanceCase, Script, Step, Verdict, Volley } from "./case.ts";
import { applyMask, BINARY, encodeHeader, type Frame, fragmented, TEXT } from "./frame.ts";
import type { FuzzerConnection } from "./fuzzer-connection.ts";
import { judge, matches } from "./judge.ts";

const DEADLINE = 10_000;
/**
 * How long a peer may take, when all is said, to answer a close frame and to drop the TCP connection: generous, because
 * only a peer that does neither makes the fuzzer wait.
 */
const CLOSE_DEADLINE = 10_000;
/**
 * How long a client gets to show that it drops TCP first, which is the server's to do (RFC 6455 section 7.1.1). Only
 * in the section that is about closing: everywhere else the time would be lost.
 */
const CLIENT_DROP_WINDOW = 30;

/** Runs `test` to the end of the connection. Never rejects for what the peer does. */
export async function runCase(
  test: ConformanceCase,
  connection: FuzzerConnection,
): Promise<Verdict> {
  const { ending, deadline = DEADLINE } = test;
  const play = test.play();
  let failure: string | undefined;
  if (test.deflate !== undefined && connection.deflater === undefined) {
    await connection.sendClose(1000);
    failure = "UNIMPLEMENTED";
  } else if ("agenda" in play) {
    await runScript(play, connection);
    const done = (): boolean =>
      ending.by === "fuzzer" && !connection.closeSent && matches(connection.log, play.ok);
    await connection.waitFor(() => done() || connection.over, deadline);
    if (done()) await connection.sendClose(ending.codes[0] ?? 1000);
  } else {
    failure = await runVolley(play, connection, deadline);
    if (!connection.over) await connection.sendClose(1000);
  }
  const droppedByClient = await finish(test, connection);
  const verdict = judge(test, "agenda" in play ? play : undefined, connection, {
    failure,
    droppedByClient,
  });
  connection.dispose();
  return verdict;
}

/** Waits for both close frames and the end of TCP. Returns whether the client, of all, dropped it first. */
async function finish(test: ConformanceCase, connection: FuzzerConnection): Promise<boolean> {
  const time = Math.min(CLOSE_DEADLINE, test.deadline ?? DEADLINE);
  if (connection.closeSent) await connection.waitFor(() => connection.over, time);
  if (!connection.over) return false;
  if (connection.role === "client") {
    return !(await connection.waitFor(() => connection.ended, time));
  }
  const dropped =
    test.id.startsWith("7.") &&
    test.ending.clean &&
    (await connection.waitFor(() => connection.ended, CLIENT_DROP_WINDOW));
  connection.end();
  await connection.waitFor(() => connection.ended, time);
  return dropped;
}

async function runScript({ agenda }: Script, connection: FuzzerConnection): Promise<void> {
  let cut: { mask: Buffer | undefined; offset: number } | undefined;
  for (const step of agenda) {
    if (connection.over) return;
    if ("send" in step) {
      await send(step, connection);
    } else if ("begin" in step) {
      const mask = connection.role === "client" ? randomBytes(4) : undefined;
      cut = { mask, offset: 0 };
      await connection.write(encodeHeader(step.begin, step.begin.length, mask));
    } else if ("piece" in step) {
      const { mask, offset } = cut ?? { mask: undefined, offset: 0 };
      await connection.write(mask === undefined ? step.piece : applyMask(step.piece, mask, offset));
      if (cut !== undefined) cut.offset += step.piece.length;
    } else {
      await wait(step, connection);
    }
  }
}

async function wait(
  step: Extract<Step, { hold: string } | { until: number }>,
  connection: FuzzerConnection,
): Promise<void> {
  const wanted = "until" in step ? step.until : connection.log.length + 1;
  const heard = await connection.waitFor(
    () => connection.over || connection.log.length >= wanted,
    step.ms,
  );
  const label = "until" in step ? step.label : step.hold;
  if (!heard) connection.log.push({ type: "silence", label });
}

async function send(
  step: Extract<Step, { send: unknown }>,
  connection: FuzzerConnection,
): Promise<void> {
  const { chop } = step;
  const frames = step.send.map((frame) => connection.encode(frame));
  if (step.close === true) connection.markCloseSent();
  if (chop === undefined) return await connection.write(Buffer.concat(frames));
  for (const frame of frames) {
    const size = chop === "frame" ? frame.length : chop;
    for (let at = 0; at < frame.length; at += size)
      await connection.write(frame.subarray(at, at + size));
  }
}

/** Returns what went wrong, if anything. */
async function runVolley(
  volley: Volley,
  connection: FuzzerConnection,
  deadline: number,
): Promise<string | undefined> {
  const end = performance.now() + deadline;
  const payloads = volley.payloads();
  const { log } = connection;
  for (let count = 0; count < volley.count; count++) {
    const payload = payloads.next().value as Uint8Array;
    const frames = await messageFrames(payload, volley, connection);
    await connection.write(Buffer.concat(frames.map((frame) => connection.encode(frame))));
    const left = end - performance.now();
    if (!(await connection.waitFor(() => log.length > 0 || connection.over, left)))
      return `no echo of ${count}`;
    const echo = log.pop();
    if (
      !matches(echo === undefined ? [] : [echo], [{ type: "message", text: volley.text, payload }])
    ) {
      return `message ${count} came back different`;
    }
  }
  return undefined;
}

/** One message: deflated where that was agreed, then fragmented. */
async function messageFrames(
  payload: Uint8Array,
  { text, fragment = 0 }: Volley,
  { deflater }: FuzzerConnection,
): Promise<Frame[]> {
  const opcode = text ? TEXT : BINARY;
  const rsv = deflater === undefined ? 0 : 4;
  const bytes = deflater === undefined ? payload : await deflater.deflate(payload);
  return fragmented(bytes, opcode, fragment === 0 ? bytes.length : fragment, rsv);
}
