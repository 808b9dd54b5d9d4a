/**
 * A response of the web, written to one of Node's `http`.
 *
 * @module
 */

import type { ServerResponse } from "node:http";

/** What is between the two ends of one connection, and Node's business (RFC 9110 section 7.6.1). */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

export class Reply {
  readonly #outgoing: ServerResponse;
  /** Aborted when the client has gone. */
  readonly #signal: AbortSignal;
  /** Ends the wait for room. */
  #wake: () => void = () => {};

  constructor(outgoing: ServerResponse, signal: AbortSignal) {
    this.#outgoing = outgoing;
    this.#signal = signal;
  }

  /** Status and headers; nothing is sent yet. @throws TypeError or RangeError for what is no response. */
  begin(response: Response): void {
    const outgoing = this.#outgoing;
    const { status, statusText, headers, body, bodyUsed } = response;
    // (`Response.error()` has the status 0.)
    if (!(status >= 200 && status <= 999)) throw new RangeError(`${status} is no status`);
    if (bodyUsed || body?.locked) throw new TypeError("the body of the response is read already");
    for (const [name, value] of headers) {
      if (name !== "set-cookie" && !HOP_BY_HOP.has(name)) outgoing.setHeader(name, value);
    }
    const cookies = headers.getSetCookie();
    if (cookies.length > 0) outgoing.setHeader("set-cookie", cookies);
    outgoing.statusCode = status;
    outgoing.statusMessage = statusText;
    // A body that is longer than it says would be taken for the next response.
    outgoing.strictContentLength = true;
  }

  /**
   * All of the body, as fast as the client takes it; the head goes out at once. Resolves early when the client goes away.
   * Rejects with what the body threw.
   */
  async write(body: ReadableStream<Uint8Array> | null): Promise<void> {
    if (!body) return;
    const { req, statusCode } = this.#outgoing;
    const isEmpty = req.method === "HEAD" || statusCode === 204 || statusCode === 304;
    if (isEmpty || this.#signal.aborted) return body.cancel(this.#signal.reason);
    const reader = body.getReader();
    const cancel = (): void => {
      reader.cancel(this.#signal.reason).catch(() => {});
      this.#wake();
    };
    const wake = (): void => this.#wake();
    this.#signal.addEventListener("abort", cancel);
    this.#outgoing.on("drain", wake);
    // A body may break off while the client doesn't read.
    reader.closed.then(wake, wake);
    try {
      await this.#copy(reader);
    } catch (error) {
      cancel();
      throw error;
    } finally {
      this.#signal.removeEventListener("abort", cancel);
      this.#outgoing.off("drain", wake);
    }
  }

  async #copy(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    const outgoing = this.#outgoing;
    // What is there already goes into one packet with the head; what isn't doesn't hold it up.
    const flush = setImmediate(() => outgoing.flushHeaders());
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done || this.#signal.aborted) return;
        if (!outgoing.write(value)) await this.#room();
      }
    } finally {
      clearImmediate(flush);
    }
  }

  /** Until there is room for more, or no use in waiting for it. */
  async #room(): Promise<void> {
    if (!this.#signal.aborted) await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}
