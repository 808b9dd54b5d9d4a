/**
 * What a command may end in instead of a result. Hooks throw these too.
 *
 * @module
 */

import { FullduplexError } from "../../errors.ts";
import { errorMessage, isTemporary } from "../protocol/codes.ts";

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

  /** @throws RangeError for another code: it couldn't be sent. */
  constructor(closeCode: number, reason: string) {
    super("ERR_DISCONNECT", reason);
    checkDisconnectCode(closeCode);
    this.closeCode = closeCode;
    this.reason = reason;
  }
}

/** @throws RangeError */
export function checkDisconnectCode(code: number): void {
  if (Number.isInteger(code) && code >= 3000 && code <= 4999) return;
  throw new RangeError(`a disconnection has a code from 3000 to 4999, and not ${code}`);
}
