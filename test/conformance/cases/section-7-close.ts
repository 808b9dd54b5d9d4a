/**
 * Section 7: the closing handshake, the form of a close frame, and the codes it may carry (RFC 6455 sections 5.5.1
 * and 7).
 *
 * @module
 */

import type { ConformanceCase, Ending, Script } from "../support/case.ts";
import type { Frame } from "../support/frame.ts";
import { CLEAN, close, echo, filled, frame, hex, more, ping, scripted, text } from "./build.ts";

/** The close code is what these cases are about, so that a wrong one fails the case. */
const CLOSED: Ending = { ...CLEAN, codeMatters: true };
const BAD_CLOSE: Ending = { by: "fuzzer", codes: [1002], clean: false, codeMatters: true };

const HELLO = "Hello World!";
const VALID_CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999];
const INVALID_CODES = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999];
const UNDEFINED_CODES = [5000, 65_535];

function closing(...send: Frame[]): () => Script {
  return () => ({ agenda: [{ send, close: true }], ok: [] });
}

export const section7: readonly ConformanceCase[] = [
  scripted("7.1.1", "a message, then a close once it has come back", CLOSED, () => ({
    agenda: [{ send: [text(HELLO)] }],
    ok: [echo(HELLO)],
  })),
  scripted("7.1.2", "two close frames", CLOSED, closing(close(1000), close())),
  scripted("7.1.3", "a ping after the close frame", CLOSED, closing(close(1000), ping())),
  scripted("7.1.4", "a message after the close frame", CLOSED, closing(close(1000), text(HELLO))),
  scripted(
    "7.1.5",
    "a close frame between two fragments of a message",
    CLOSED,
    closing(text("first half, ", { fin: false }), close(1000), more("second half")),
  ),
  scripted(
    "7.1.6",
    "a message of 256 KiB, a small one, a close frame and a ping in one write",
    CLOSED,
    () => {
      const large = filled("conformance ", 256 * 1024);
      const send = [text(large), text(HELLO), close(1000), ping()];
      return { agenda: [{ send, close: true }], ok: [echo(large), echo(HELLO)] };
    },
    { informational: true },
  ),
  scripted("7.3.1", "a close frame without payload", CLOSED, closing(close())),
  scripted("7.3.2", "a close frame of one octet", BAD_CLOSE, closing(frame(8, "a"))),
  scripted("7.3.3", "a close frame with a code", CLOSED, closing(close(1000))),
  scripted("7.3.4", "a close frame with a code and a reason", CLOSED, closing(close(1000, HELLO))),
  scripted(
    "7.3.5",
    "a close frame with the longest reason, 123 octets",
    CLOSED,
    closing(close(1000, filled("*", 123))),
  ),
  scripted(
    "7.3.6",
    "a close frame with a reason of 124 octets",
    BAD_CLOSE,
    closing(close(1000, filled("*", 124))),
  ),
  scripted(
    "7.5.1",
    "a close frame with a reason that is not UTF-8",
    { ...BAD_CLOSE, codes: [1002, 1007] },
    closing(close(1000, hex("cebae1bdb9cf83cebcceb5 eda080 656469746564"))),
  ),
  ...VALID_CODES.map((code, index) =>
    scripted(
      `7.7.${index + 1}`,
      `a close frame with the valid code ${code}`,
      { ...CLOSED, codes: [1000, code] },
      closing(close(code)),
    ),
  ),
  ...INVALID_CODES.map((code, index) =>
    scripted(
      `7.9.${index + 1}`,
      `a close frame with the invalid code ${code}`,
      BAD_CLOSE,
      closing(close(code)),
    ),
  ),
  ...UNDEFINED_CODES.map((code, index) =>
    scripted(
      `7.13.${index + 1}`,
      `a close frame with the code ${code}, of which the standard says nothing`,
      { ...BAD_CLOSE, codes: [1000, 1002, code] },
      closing(close(code)),
      { informational: true },
    ),
  ),
];
