/**
 * Bytes that senders have lent, because copying them would cost too much.
 *
 * @module
 */

import { Deferred } from "../util/deferred.ts";

interface Loan {
  readonly bytes: Uint8Array;
  readonly returned: Deferred<void>;
  /** They are being written as they are. */
  isWriting: boolean;
}

export class Loans {
  readonly #loans = new Set<Loan>();

  /** How many have not been returned. */
  get size(): number {
    return this.#loans.size;
  }

  /** Resolves when the bytes are their owner's again; never rejects. */
  add(bytes: Uint8Array): Promise<void> {
    const loan = { bytes, returned: new Deferred<void>(), isWriting: false };
    this.#loans.add(loan);
    return loan.returned.promise;
  }

  /** What to call when `chunk` has been written, if it is lent memory. */
  find(chunk: Uint8Array): (() => void) | undefined {
    for (const loan of this.#loans) {
      if (loan.isWriting || !isSame(chunk, loan.bytes)) continue;
      loan.isWriting = true;
      return () => this.#return(loan);
    }
    return undefined;
  }

  /** Returns what is not being written: it was copied, by masking or compressing it. */
  returnUnused(): void {
    for (const loan of this.#loans) if (!loan.isWriting) this.#return(loan);
  }

  returnAll(): void {
    for (const loan of this.#loans) this.#return(loan);
  }

  #return(loan: Loan): void {
    this.#loans.delete(loan);
    loan.returned.resolve();
  }
}

/** Whether both are the same bytes in memory. */
export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.buffer === b.buffer && a.byteOffset === b.byteOffset && a.length === b.length;
}
