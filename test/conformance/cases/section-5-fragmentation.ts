/**
 * Section 5: fragmented messages, control frames between fragments, fragments without a beginning (RFC 6455
 * section 5.4).
 *
 * @module
 */

import type { ConformanceCase, Event } from "../support/case.ts";
import type { Frame } from "../support/frame.ts";
import {
  answer,
  CLEAN,
  echo,
  more,
  ping,
  pong,
  REFUSED,
  scripted,
  sending,
  text,
} from "./build.ts";

const open = { fin: false } as const;

/** The ways to write the same octets. */
const WAYS = [
  { how: "in one write", chop: undefined },
  { how: "a write for each frame", chop: "frame" },
  { how: "one octet at a time", chop: 1 },
] as const;

/** Three cases, from `first` on, that differ only in how the octets are written. */
function threeWays(
  first: number,
  description: string,
  frames: readonly Frame[],
  ok?: readonly Event[],
): ConformanceCase[] {
  const ending = ok === undefined ? REFUSED : CLEAN;
  return WAYS.map(({ how, chop }, index) => {
    const agenda = [sending(frames, chop)];
    const id = `5.${first + index}`;
    return scripted(id, `${description}; ${how}`, ending, () => ({ agenda, ok: ok ?? [] }));
  });
}

function refused(id: string, description: string, frames: readonly Frame[]): ConformanceCase {
  return scripted(id, description, REFUSED, () => ({ agenda: [sending(frames)], ok: [] }));
}

const TWO = [text("first half, ", open), more("second half")];
const TWO_WITH_PING = [text("first half, ", open), ping("between"), more("second half")];
const WHOLE = echo("first half, second half");

/** Fragments that go on after their ping was answered: the pong must not wait for the message to end. */
function longMessage(id: string, how: string, chop?: "frame"): ConformanceCase {
  return scripted(
    id,
    `a message of five fragments around two pings, the first awaited; ${how}`,
    CLEAN,
    () => ({
      agenda: [
        sending([text("one ", open), more("two ", open), ping("ping 1")], chop),
        { until: 1, label: "no pong before the message ended", ms: 5_000 },
        sending([more("three ", open), more("four ", open), ping("ping 2"), more("five")], chop),
      ],
      ok: [answer("ping 1"), answer("ping 2"), echo("one two three four five")],
    }),
  );
}

const repeated = (fin: boolean): Frame[] => {
  const once = [more("no beginning", { fin }), text("beginning, ", open), more("end")];
  return [...once, ...once];
};

export const section5: readonly ConformanceCase[] = [
  refused("5.1", "a ping in two fragments", [ping("first", open), more("second")]),
  refused("5.2", "a pong in two fragments", [pong("first", open), more("second")]),
  ...threeWays(3, "a text message in two fragments", TWO, [WHOLE]),
  ...threeWays(6, "a text message in two fragments with a ping between", TWO_WITH_PING, [
    answer("between"),
    WHOLE,
  ]),
  ...threeWays(9, "a last continuation of nothing, then a message", [
    more("no beginning"),
    text("Hello, world!"),
  ]),
  ...threeWays(12, "a continuation of nothing, not the last, then a message", [
    more("no beginning", open),
    text("Hello, world!"),
  ]),
  scripted(
    "5.15",
    "a message in two fragments, a continuation of nothing, a message; in one write",
    REFUSED,
    () => ({
      agenda: [sending([...TWO, more("no beginning", open), text("a message")])],
      ok: [WHOLE],
      nonStrict: [],
    }),
  ),
  refused(
    "5.16",
    "twice: a continuation of nothing, not the last, then a message in two fragments",
    repeated(false),
  ),
  refused(
    "5.17",
    "twice: a last continuation of nothing, then a message in two fragments",
    repeated(true),
  ),
  refused("5.18", "a message in two fragments that are both marked as text", [
    text("first", open),
    text("second"),
  ]),
  longMessage("5.19", "a write for each half"),
  longMessage("5.20", "a write for each frame", "frame"),
];
