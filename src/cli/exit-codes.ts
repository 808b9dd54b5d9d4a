/**
 * How the program says to its caller what became of it. The meanings are documented in docs/reference/cli.md.
 *
 * @module
 */

import type { Signal } from "./io.ts";

export const ExitCode = {
  /** The connection was closed normally, or the server was told to stop. */
  Ok: 0,
  /** The options make no sense, or a file that they name can't be read. */
  Usage: 1,
  /** The server can't be reached or refused; or, for a server, the address can't be listened on. */
  NotConnected: 2,
  /** The connection was lost, or closed with a code that is not a normal one. */
  Abnormal: 3,
  /** Connecting, closing, or the answer to a ping took too long. */
  Timeout: 4,
  /** The connection was closed normally, but some of the input was no message, and was not sent. */
  BadInput: 5,
  /** Something that was tried failed: a case of a conformance suite. */
  Failed: 6,
  /** A defect in this program. */
  Defect: 70,
} as const;

/** What shells use for a program that a signal ended. */
export const SIGNAL_EXIT_CODES: Readonly<Record<Signal, number>> = { SIGINT: 130, SIGTERM: 143 };
