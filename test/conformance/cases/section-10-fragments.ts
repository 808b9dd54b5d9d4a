/**
 * Section 10: a message that the sender fragmented by size.
 *
 * @module
 */

import type { ConformanceCase } from "../support/case.ts";
import { fragmented, TEXT } from "../support/frame.ts";
import { CLEAN, echo, filled, scripted } from "./build.ts";

export const section10: readonly ConformanceCase[] = [
  scripted("10.1.1", "a text message of 65536 octets, in fragments of 1300", CLEAN, () => {
    const payload = filled("*", 65_536);
    return { agenda: [{ send: fragmented(payload, TEXT, 1300) }], ok: [echo(payload)] };
  }),
];
