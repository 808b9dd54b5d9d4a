/**
 * Section 9: large messages, whole, in fragments and in small pieces; and many small ones, one after the other.
 *
 * @module
 */

import type { ConformanceCase } from "../support/case.ts";
import { BINARY, fragmented, TEXT } from "../support/frame.ts";
import { CLEAN, echo, filled, frame, scripted, sending } from "./build.ts";

const KI = 1024;
const MI = 1024 * 1024;
const DEADLINE = 100_000;

const KINDS = [
  { name: "text", opcode: TEXT, pattern: "conformance " },
  { name: "binary", opcode: BINARY, pattern: Buffer.from([0x00, 0xfe, 0x23, 0xfa, 0xf0]) },
] as const;
type Kind = (typeof KINDS)[number];

interface Way {
  readonly how: string;
  readonly size: number;
  readonly fragment?: number;
  readonly chop?: number;
}

const WHOLE: Way[] = [64 * KI, 256 * KI, MI, 4 * MI, 8 * MI, 16 * MI].map((size) => ({
  how: "in one frame",
  size,
}));
const FRAGMENTS: Way[] = [64, 256, KI, 4 * KI, 16 * KI, 64 * KI, 256 * KI, MI, 4 * MI].map(
  (fragment) => ({
    how: `in fragments of ${fragment}`,
    size: 4 * MI,
    fragment,
  }),
);
const PIECES: Way[] = [64, 128, 256, 512, 1024, 2048].map((chop) => ({
  how: `in one frame, written ${chop} octets at a time`,
  size: MI,
  chop,
}));

/** The groups of three by pairs: the odd ones text, the even ones binary. */
const LARGE = [WHOLE, FRAGMENTS, PIECES].flatMap((ways, pair) =>
  KINDS.flatMap((kind, index) =>
    ways.map((way, at) => large(`9.${pair * 2 + index + 1}.${at + 1}`, kind, way)),
  ),
);

function large(
  id: string,
  { name, opcode, pattern }: Kind,
  { how, size, fragment, chop }: Way,
): ConformanceCase {
  return scripted(
    id,
    `a ${name} message of ${size} octets, ${how}`,
    CLEAN,
    () => {
      const payload = filled(pattern, size);
      const send =
        fragment === undefined ? [frame(opcode, payload)] : fragmented(payload, opcode, fragment);
      return {
        agenda: [sending(send, chop)],
        ok: [echo(payload, opcode === TEXT)],
      };
    },
    { deadline: DEADLINE },
  );
}

const ROUND_TRIPS = KINDS.flatMap(({ name, opcode, pattern }, kind) =>
  [0, 16, 64, 256, 1024, 4096].map((size, index): ConformanceCase => {
    const payload = filled(pattern, size);
    return {
      id: `9.${kind + 7}.${index + 1}`,
      description: `1000 ${name} messages of ${size} octets, each after the echo of the one before`,
      ending: CLEAN,
      deadline: DEADLINE,
      play: () => ({
        count: 1000,
        text: opcode === TEXT,
        payloads: () => Array.from({ length: 1000 }, () => payload).values(),
      }),
    };
  }),
);

export const section9: readonly ConformanceCase[] = [...LARGE, ...ROUND_TRIPS];
