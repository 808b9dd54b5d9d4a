/**
 * Sections 12 and 13: permessage-deflate (RFC 7692), by kind and size of the messages, and by what is negotiated.
 *
 * @module
 */

import type { ConformanceCase } from "../support/case.ts";
import type { Terms } from "../support/deflate-terms.ts";
import { CLEAN } from "./build.ts";
import { cutMessages, sample } from "./sample-data.ts";

const COUNT = 1000;
const DEADLINE = 480_000;

/** The sizes of the messages, and of the fragments they are cut into once deflated (0: one frame). */
const SIZES: readonly [size: number, fragment: number][] = [
  ...[16, 64, 256, 1024, 4096, 8192, 16_384, 32_768, 65_536, 131_072].map(
    (size): [number, number] => [size, 0],
  ),
  ...[8192, 16_384, 32_768, 65_536, 131_072].map((size): [number, number] => [size, 256]),
  ...[1024, 4096, 32_768].map((fragment): [number, number] => [131_072, fragment]),
];

/** What the samples are called, and whether their messages are text. */
const KINDS: readonly [name: string, text: boolean][] = [
  ["JSON", true],
  ["a bitmap", false],
  ["prose", false],
  ["HTML", true],
  ["a document with compressed parts", false],
];

const PLAIN: Terms = { noContextTakeover: false };
const FRESH: Terms = { noContextTakeover: true };

/** What the fuzzer asks of the peer's compressor, in its order of preference. */
const TERMS: readonly (readonly Terms[])[] = [
  [PLAIN],
  [FRESH],
  [{ ...PLAIN, windowBits: 9 }],
  [{ ...PLAIN, windowBits: 15 }],
  [{ ...FRESH, windowBits: 9 }],
  [{ ...FRESH, windowBits: 15 }],
  [{ ...FRESH, windowBits: 9 }, FRESH, PLAIN],
];

function named({ noContextTakeover, windowBits }: Terms): string {
  const context = noContextTakeover ? "no context takeover" : "context takeover";
  return windowBits === undefined ? context : `${context}, ${windowBits} window bits`;
}

function group(prefix: string, kind: number, terms: readonly Terms[]): ConformanceCase[] {
  const [name, text] = KINDS[kind] as [string, boolean];
  const asked = terms.map(named).join("; or ");
  return SIZES.map(([size, fragment], index) => {
    const cut = fragment === 0 ? "" : `, in fragments of ${fragment} octets`;
    return {
      id: `${prefix}.${index + 1}`,
      description: `${COUNT} compressed messages of ${size} from ${name}${cut}; the peer to use ${asked}`,
      ending: CLEAN,
      deflate: terms,
      deadline: DEADLINE,
      play: () => ({
        count: COUNT,
        text,
        fragment,
        payloads: () => cutMessages(sample(kind), size),
      }),
    };
  });
}

export const section12: readonly ConformanceCase[] = KINDS.flatMap((_, kind) =>
  group(`12.${kind + 1}`, kind, [PLAIN]),
);

export const section13: readonly ConformanceCase[] = TERMS.flatMap((terms, index) =>
  group(`13.${index + 1}`, 0, terms),
);
