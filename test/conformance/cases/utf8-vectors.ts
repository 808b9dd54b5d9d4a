/**
 * Octets that are, or are not, UTF-8 (RFC 3629), in the groups and the order of sections 6.5 to 6.23. What each group
 * looks for goes back to Markus Kuhn's well-known stress test for decoders.
 *
 * @module
 */

import { hex, utf8 } from "./build.ts";

export interface Vector {
  readonly octets: Buffer;
  readonly isValid: boolean;
}

export interface VectorGroup {
  readonly section: number;
  readonly name: string;
  readonly vectors: readonly Vector[];
}

/** Several at once, in hexadecimal, with spaces between. */
function good(digits: string): Vector[] {
  return digits.split(" ").map((each) => ({ octets: hex(each), isValid: true }));
}

function bad(digits: string): Vector[] {
  return digits.split(" ").map((each) => ({ octets: hex(each), isValid: false }));
}

/** A word in letters of two and three octets, and every beginning of it: valid only where a letter ends. */
export const WORD: Buffer = hex("ceba e1bdb9 cf83 cebc ceb5");

const BEGINNINGS: Vector[] = Array.from({ length: WORD.length }, (_, index) => ({
  octets: WORD.subarray(0, index + 1),
  isValid: [2, 5, 7, 9, 11].includes(index + 1),
}));

function inWords(letter: string): Vector {
  return { octets: Buffer.concat([utf8("hello"), hex(letter), utf8("world")]), isValid: true };
}

/** The octets from `first` up to, but not including, `end`, with something after each. */
function range(first: number, end: number, after = ""): string {
  let digits = "";
  for (let octet = first; octet < end; octet++) digits += octet.toString(16) + after;
  return digits;
}

/** Octets that begin sequences of two to six, each followed by a space. */
const LONELY = [
  range(0xc0, 0xdf, "20"),
  range(0xe0, 0xef, "20"),
  range(0xf0, 0xf7, "20"),
  range(0xf8, 0xfb, "20"),
  range(0xfc, 0xfd, "20"),
].join(" ");

/** Sequences of two to six octets without the last one, the lowest of each length, then the highest. */
const UNFINISHED = "c0 e080 f08080 f8808080 fc80808080 df efbf f7bfbf fbbfbfbf fdbfbfbfbf";

const PAIRS = ["eda080", "edadbf", "edae80", "edafbf"]
  .flatMap((high) => [`${high}edb080`, `${high}edbfbf`])
  .join(" ");

/** The last two code points of each plane above the first: not characters, but valid UTF-8. */
const PLANE_ENDS: Vector[] = Array.from({ length: 32 }, (_, index) => ({
  octets: utf8(String.fromCodePoint(((index >> 1) + 1) * 0x10000 + 0xfffe + (index & 1))),
  isValid: true,
}));

const GROUPS: readonly [string, Vector[]][] = [
  [
    "letters of one to four octets",
    [...["24", "c2a2", "e282ac", "f0a4ada2"].map(inWords), { octets: WORD, isValid: true }],
  ],
  ["every beginning of a word", BEGINNINGS],
  ["the first code point of each length", good("00 c280 e0a080 f0908080")],
  ["the first of five and six octets", bad("f888808080 fc8480808080")],
  ["the last code point of each length", good("7f dfbf efbfbf f48fbfbf")],
  ["the last of four, five and six octets", bad("f7bfbfbf fbbfbfbfbf fdbfbfbfbfbf")],
  ["other boundaries", [...good("ed9fbf ee8080 efbfbd f48fbfbf"), ...bad("f4908080")]],
  [
    "continuations of nothing",
    bad(`80 bf 80bf 80bf80 80bf80bf 80bf80bf80 80bf80bf80bf ${range(0x80, 0xbf)}`),
  ],
  ["beginnings without continuation", bad(LONELY)],
  ["sequences without their last octet", bad(UNFINISHED)],
  ["all of those in a row", bad(UNFINISHED.replaceAll(" ", ""))],
  ["octets that mean nothing", bad("fe ff fefeffff")],
  ["a slash in too many octets", bad("c0af e080af f08080af f8808080af fc80808080af")],
  ["code points in one octet too many", bad("c1bf e09fbf f08fbfbf f887bfbfbf fc83bfbfbfbf")],
  ["NUL in too many octets", bad("c080 e08080 f0808080 f880808080 fc8080808080")],
  ["half of a surrogate pair", bad("eda080 edadbf edae80 edafbf edb080 edbe80 edbfbf")],
  ["surrogate pairs", bad(PAIRS)],
  ["code points that are not characters", [...good("efbfbe efbfbf"), ...PLANE_ENDS]],
  ["the specials up to U+FFFF", good("efbfb9 efbfba efbfbb efbfbc efbfbd efbfbe efbfbf")],
];

export const VECTOR_GROUPS: readonly VectorGroup[] = GROUPS.map(([name, vectors], index) => ({
  section: index + 5,
  name,
  vectors,
}));
