/**
 * Section 6: text is UTF-8 (RFC 6455 sections 5.6 and 8.1), and what is not is refused at its first impossible octet.
 *
 * @module
 */

import type { ConformanceCase, Step } from "../support/case.ts";
import { fragmented, TEXT } from "../support/frame.ts";
import { CLEAN, echo, hex, more, NOT_UTF8, scripted, text, utf8 } from "./build.ts";
import { VECTOR_GROUPS, WORD } from "./utf8-vectors.ts";

const open = { fin: false } as const;
const MIXED = "Größe: 5 µm – déjà vu, 100 €!";
const SPLIT = MIXED.indexOf("–");

/** Text that turns impossible after the word: half of a surrogate pair, and a code point above U+10FFFF. */
const SURROGATE = Buffer.concat([WORD, hex("eda080"), utf8("edited")]);
const TOO_HIGH = Buffer.concat([WORD, hex("f4908080"), utf8("edited")]);

const VALID = "so far valid";
const INVALID = "no failure at the first impossible octet";

/** While the text is valid nothing must come of it; once it is not, the connection must be failed, and soon. */
const QUIET: Step = { hold: VALID, ms: 100 };
const FAIL_FAST: Step = { hold: INVALID, ms: 5_000 };

function valid(
  id: string,
  description: string,
  step: Step,
  payload: string | Buffer,
): ConformanceCase {
  return scripted(id, description, CLEAN, () => ({ agenda: [step], ok: [echo(payload)] }));
}

function refused(id: string, description: string, step: Step): ConformanceCase {
  return scripted(id, description, NOT_UTF8, () => ({ agenda: [step], ok: [] }));
}

function failFast(id: string, description: string, agenda: readonly Step[]): ConformanceCase {
  return scripted(id, description, NOT_UTF8, () => ({
    agenda,
    ok: [{ type: "silence", label: VALID }],
    nonStrict: [
      { type: "silence", label: VALID },
      { type: "silence", label: INVALID },
    ],
  }));
}

/** `TOO_HIGH` in three parts, the last only for a peer that did not fail the connection at the second. */
function threeParts(from: number, to: number, inFrames: boolean): Step[] {
  const one = TOO_HIGH.subarray(0, from);
  const two = TOO_HIGH.subarray(from, to);
  const three = TOO_HIGH.subarray(to);
  if (inFrames) {
    const frames = [text(one, open), more(two, open), more(three)] as const;
    return [{ send: [frames[0]] }, QUIET, { send: [frames[1]] }, FAIL_FAST, { send: [frames[2]] }];
  }
  const begin: Step = { begin: { opcode: TEXT, length: TOO_HIGH.length } };
  return [begin, { piece: one }, QUIET, { piece: two }, FAIL_FAST, { piece: three }];
}

function inOctets(payload: Buffer): Step {
  return { send: fragmented(payload, TEXT, 1) };
}

const END = WORD.length;
const EMPTY_AROUND = [text("", open), more("between", open), more("")];
const TWO_FRAGMENTS = [text(MIXED.slice(0, SPLIT), open), more(MIXED.slice(SPLIT))];

export const section6: readonly ConformanceCase[] = [
  valid("6.1.1", "an empty text message", { send: [text("")] }, ""),
  valid("6.1.2", "three empty fragments", { send: [text("", open), more("", open), more("")] }, ""),
  valid("6.1.3", "a fragment with text between empty ones", { send: EMPTY_AROUND }, "between"),
  valid("6.2.1", "letters of several lengths", { send: [text(MIXED)] }, MIXED),
  valid("6.2.2", "the same, in two fragments cut between letters", { send: TWO_FRAGMENTS }, MIXED),
  valid("6.2.3", "the same, in fragments of one octet", inOctets(utf8(MIXED)), MIXED),
  valid("6.2.4", "a word, in fragments of one octet", inOctets(WORD), WORD),
  refused("6.3.1", "text with half of a surrogate pair", { send: [text(SURROGATE)] }),
  refused("6.3.2", "the same, in fragments of one octet", inOctets(SURROGATE)),
  failFast(
    "6.4.1",
    "a fragment of valid text, one of a sequence above U+10FFFF, a last one",
    threeParts(END, END + 4, true),
  ),
  failFast(
    "6.4.2",
    "the same, the second fragment being only the octet that cannot be",
    threeParts(END + 1, END + 2, true),
  ),
  failFast("6.4.3", "as 6.4.1, in pieces of one frame", threeParts(END, END + 4, false)),
  failFast("6.4.4", "as 6.4.2, in pieces of one frame", threeParts(END + 1, END + 2, false)),
  ...VECTOR_GROUPS.flatMap(({ section, name, vectors }) =>
    vectors.map(({ octets, isValid }, index) => {
      const id = `6.${section}.${index + 1}`;
      const description = `${name}: ${octets.toString("hex")}`;
      const step: Step = { send: [text(octets)] };
      return isValid
        ? valid(id, `${description}, valid`, step, octets)
        : refused(id, `${description}, not UTF-8`, step);
    }),
  ),
];
