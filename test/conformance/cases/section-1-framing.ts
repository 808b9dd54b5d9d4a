/**
 * Section 1: whole messages in one frame, at the sizes where the length encoding changes.
 *
 * @module
 */

import type { ConformanceCase } from "../support/case.ts";
import { BINARY, TEXT } from "../support/frame.ts";
import { CLEAN, echo, filled, frame, scripted, sending } from "./build.ts";

const SIZES: readonly { size: number; chop?: number }[] = [
  { size: 0 },
  { size: 125 },
  { size: 126 },
  { size: 127 },
  { size: 128 },
  { size: 65_535 },
  { size: 65_536 },
  { size: 65_536, chop: 997 },
];

const KINDS = [
  { name: "text", opcode: TEXT, pattern: "*" },
  { name: "binary", opcode: BINARY, pattern: Buffer.from([0xfe]) },
] as const;

export const section1: readonly ConformanceCase[] = KINDS.flatMap(
  ({ name, opcode, pattern }, kind) =>
    SIZES.map(({ size, chop }, index) => {
      const pieces = chop === undefined ? "" : `, written ${chop} octets at a time`;
      return scripted(
        `1.${kind + 1}.${index + 1}`,
        `a ${name} message of ${size} octets${pieces}`,
        CLEAN,
        () => {
          const payload = filled(pattern, size);
          const send = [frame(opcode, payload)];
          return {
            agenda: [sending(send, chop)],
            ok: [echo(payload, opcode === TEXT)],
          };
        },
      );
    }),
);
