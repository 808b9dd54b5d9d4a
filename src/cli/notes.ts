/**
 * What the program says about the connection, beside its messages.
 *
 * @module
 */

import type { Io } from "./io.ts";

/** Lines on the standard error; or elsewhere, while a prompt is on the screen that they would garble. */
export class Notes {
  readonly #io: Io;
  #diverted: ((line: string) => void) | undefined;

  constructor(io: Io) {
    this.#io = io;
  }

  /** The text must have been escaped. */
  print(line: string): void {
    if (this.#diverted && this.#io.stderr.isTTY === true) this.#diverted(line);
    else this.#io.stderr.write(`${line}\n`);
  }

  divert(print: ((line: string) => void) | undefined): void {
    this.#diverted = print;
  }
}
