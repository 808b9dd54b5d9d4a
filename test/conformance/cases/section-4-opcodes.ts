/**
 * Section 4: frames with an opcode that means nothing fail the connection (RFC 6455 section 5.2).
 *
 * @module
 */

import type { ConformanceCase } from "../support/case.ts";
import { echo, frame, ping, REFUSED, scripted, sending, text } from "./build.ts";

const HELLO = "Hello, world!";

/** Five cases for each half of the reserved opcodes, of the same five shapes. */
function shapes(group: number, first: number, kind: string): ConformanceCase[] {
  const name = (index: number): string => `the reserved ${kind} opcode ${first + index}`;
  const alone = (index: number, payload: string): ConformanceCase => {
    const with_ = payload === "" ? "without payload" : "with payload";
    return scripted(
      `4.${group}.${index + 1}`,
      `a frame of ${name(index)}, ${with_}`,
      REFUSED,
      () => ({
        agenda: [{ send: [frame(first + index, payload)] }],
        ok: [],
      }),
    );
  };
  const between = (index: number, payload: string, chop?: number): ConformanceCase => {
    const how = chop === undefined ? "in one write" : "one octet at a time";
    const send = [text(HELLO), frame(first + index, payload), ping()];
    const description = `a good message, a frame of ${name(index)}, a ping; ${how}`;
    return scripted(`4.${group}.${index + 1}`, description, REFUSED, () => ({
      agenda: [sending(send, chop)],
      ok: [echo(HELLO)],
      nonStrict: [],
    }));
  };
  return [
    alone(0, ""),
    alone(1, "what would this mean?"),
    between(2, ""),
    between(3, HELLO),
    between(4, HELLO, 1),
  ];
}

export const section4: readonly ConformanceCase[] = [
  ...shapes(1, 3, "data"),
  ...shapes(2, 11, "control"),
];
