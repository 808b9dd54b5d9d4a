/**
 * Section 2: pings are answered with their own payload, pongs with nothing.
 *
 * @module
 */

import type { ConformanceCase, Step } from "../support/case.ts";
import type { Frame } from "../support/frame.ts";
import {
  answer,
  CLEAN,
  close,
  filled,
  hex,
  ping,
  pong,
  REFUSED,
  scripted,
  sending,
} from "./build.ts";

const UNASKED = "a pong that nobody asked for";

function answered(
  id: string,
  description: string,
  payload: string | Uint8Array,
  chop?: number,
): ConformanceCase {
  return scripted(id, description, CLEAN, () => {
    const send = [ping(payload)];
    return { agenda: [sending(send, chop)], ok: [answer(payload)] };
  });
}

function ignored(id: string, description: string, frame: Frame): ConformanceCase {
  const agenda: Step[] = [{ send: [frame, close(1000)], close: true }];
  return scripted(id, description, CLEAN, () => ({ agenda, ok: [] }));
}

function many(id: string, description: string, chop?: number): ConformanceCase {
  return scripted(id, description, CLEAN, () => {
    const payloads = Array.from({ length: 10 }, (_, index) => `ping number ${index}`);
    const send = payloads.map((payload) => ping(payload));
    return {
      agenda: [sending(send, chop)],
      ok: payloads.map((payload) => answer(payload)),
    };
  });
}

const LONGEST = filled(Buffer.from([0xfe]), 125);

export const section2: readonly ConformanceCase[] = [
  answered("2.1", "an empty ping", ""),
  answered("2.2", "a ping with a few characters", "Hello, world!"),
  answered("2.3", "a ping with octets that are not UTF-8", hex("00 ff fe fd fc fb 00 ff")),
  answered("2.4", "a ping of 125 octets, the most there may be", LONGEST),
  scripted("2.5", "a ping of 126 octets, one too many", REFUSED, () => ({
    agenda: [{ send: [ping(filled(Buffer.from([0xfe]), 126))] }],
    ok: [],
  })),
  answered("2.6", "a ping of 125 octets, one octet at a time", LONGEST, 1),
  ignored("2.7", "an empty pong that nobody asked for, then a close", pong()),
  ignored("2.8", "a pong with payload that nobody asked for, then a close", pong(UNASKED)),
  scripted("2.9", "a pong that nobody asked for, then a ping", CLEAN, () => ({
    agenda: [{ send: [pong(UNASKED), ping("a ping")] }],
    ok: [answer("a ping")],
  })),
  many("2.10", "ten pings at once, each answered, in order"),
  many("2.11", "ten pings, one octet at a time, each answered, in order", 1),
];
