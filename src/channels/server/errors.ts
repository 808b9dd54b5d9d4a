/**
 * What a command may end in instead of a result. Hooks throw these too.
 *
 * @module
 */

import { FullduplexError } from "../../errors.ts";
import { truncateReason } from "../../util/close-code.ts";
import { errorMessage, isTemporary } from "../protocol/codes.ts";
import { isJson } from "../protocol/json-text.ts";

/** A command is answered with an error, and the connection goes on. */
export class ChannelError extends FullduplexError {
  /** Of the protocol (100 to 113), or the application's own (400 to 1999). */
  declare readonly errorCode: number;
  /** Whether trying again later may help. */
  declare readonly temporary: boolean;

  constructor(
    errorCode: number,
    message?: string,
    options: { temporary?: boolean } & ErrorOptions = {},
  ) {
    super("ERR_CHANNEL", message ?? errorMessage(errorCode), options);
    this.errorCode = errorCode;
    this.temporary = options.temporary ?? isTemporary(errorCode);
  }
}

/** The connection is closed with a code. */
export class DisconnectError extends FullduplexError {
  /** 3000 to 4999; from 3500 to 3999 and from 4500 on the client doesn't come back. */
  declare readonly closeCode: number;
  declare readonly reason: string;

  /** @throws RangeError for a code or a reason that a connection can't be closed with. */
  constructor(closeCode: number, reason: string) {
    super("ERR_DISCONNECT", reason);
    const problem = disconnectProblem(closeCode, reason);
    if (problem !== undefined) throw new RangeError(problem);
    this.closeCode = closeCode;
    this.reason = reason;
  }
}

/** What is wrong with a code and a reason, if anything is. */
export function disconnectProblem(code: number, reason: string): string | undefined {
  if (!Number.isInteger(code) || code < 3000 || code > 4999) {
    return `the code is ${String(code)}, and has to be one from 3000 to 4999`;
  }
  if (truncateReason(reason) !== reason) return "the reason is longer than 123 bytes";
  // The usual client takes such a reason for a message of an old server, and doesn't come back.
  if (isJson(reason)) return "the reason must not be JSON, such as a number";
  return undefined;
}
