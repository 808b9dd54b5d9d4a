/**
 * The body of an answer that refuses a connection.
 *
 * @module
 */

import type { IncomingMessage } from "node:http";

/** The most that is read of it, in bytes. */
const MAX_BODY = 64 * 1024;

/** Text that grows with the answer; `finished` is called once no more of it is wanted. */
export class RefusalBody {
  readonly #chunks: Buffer[] = [];
  #size = 0;

  constructor(response: IncomingMessage, finished: () => void) {
    response.on("data", (chunk: Buffer) => {
      const part = chunk.subarray(0, MAX_BODY - this.#size);
      this.#chunks.push(part);
      this.#size += part.length;
      if (this.#size >= MAX_BODY) finished();
    });
    // One of these comes, whatever the server does.
    response.on("error", finished);
    response.on("close", finished);
  }

  /** What came so far. */
  get text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }
}
