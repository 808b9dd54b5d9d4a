/**
 * Frames that are to be written.
 *
 * @module
 */

import type { WriterSource } from "../../node/socket-writer.ts";

export class FrameQueue implements WriterSource {
  /** (Everything can be written at once.) */
  readonly heldBytes = 0;
  readyBytes = 0;
  #chunks: Uint8Array[] = [];

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.readyBytes += chunk.length;
  }

  dataToSend(): Uint8Array[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.readyBytes = 0;
    return chunks;
  }
}
