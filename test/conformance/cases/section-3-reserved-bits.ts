/**
 * Section 3: reserved bits that no extension gave a meaning fail the connection (RFC 6455 section 5.2).
 *
 * @module
 */

import type { ConformanceCase } from "../support/case.ts";
import type { Frame } from "../support/frame.ts";
import { binary, echo, frame, hex, ping, REFUSED, scripted, sending, text } from "./build.ts";

const HELLO = "Hello, world!";

function alone(id: string, description: string, bad: Frame): ConformanceCase {
  return scripted(id, description, REFUSED, () => ({ agenda: [{ send: [bad] }], ok: [] }));
}

function afterMessage(
  id: string,
  rsv: number,
  how: string,
  chop?: number | "frame",
): ConformanceCase {
  const description = `a good message, one with reserved bits ${rsv}, a ping; ${how}`;
  const send = [text(HELLO), text(HELLO, { rsv }), ping()];
  return scripted(id, description, REFUSED, () => ({
    agenda: [sending(send, chop)],
    ok: [echo(HELLO)],
    nonStrict: [],
  }));
}

export const section3: readonly ConformanceCase[] = [
  alone("3.1", "a text message with reserved bits 1", text(HELLO, { rsv: 1 })),
  afterMessage("3.2", 2, "in one write"),
  afterMessage("3.3", 3, "a write for each frame", "frame"),
  afterMessage("3.4", 4, "one octet at a time", 1),
  alone(
    "3.5",
    "a binary message with reserved bits 5",
    binary(hex("00 ff fe fd fc fb 00 ff"), { rsv: 5 }),
  ),
  alone("3.6", "a binary message with reserved bits 6", binary(HELLO, { rsv: 6 })),
  alone("3.7", "a close frame with reserved bits 7", frame(8, "", { rsv: 7 })),
];
