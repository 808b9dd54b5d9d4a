/**
 * Finds the end of the HTTP in the bytes of a WebSocket's opening handshake.
 *
 * @module
 */

const END = "\r\n\r\n";

/** More than this is no head that Node would accept. */
const MAX_HEAD = 32 * 1024;

/** Calls back with the first line of each head. */
export class HeadReader {
  readonly #startLine: (line: string) => void;
  #head: Buffer = Buffer.alloc(0);
  #state: "http" | "upgraded" | "refused" = "http";

  constructor(startLine: (line: string) => void) {
    this.#startLine = startLine;
  }

  /** Returns the bytes that come after the handshake; none come after an answer that refuses it. */
  read(bytes: Uint8Array): Uint8Array {
    if (this.#state === "upgraded") return bytes;
    if (this.#state === "http") this.#head = Buffer.concat([this.#head, bytes]);
    while (this.#state === "http") {
      const end = this.#head.indexOf(END);
      if (end < 0 && this.#head.length <= MAX_HEAD) break;
      this.#state = end < 0 ? "refused" : this.#judge(this.#head.toString("latin1", 0, end));
      this.#head = this.#head.subarray(end + END.length);
    }
    return this.#state === "upgraded" ? this.#head : Buffer.alloc(0);
  }

  #judge(head: string): "http" | "upgraded" | "refused" {
    const [line = ""] = head.split("\r\n", 1);
    this.#startLine(line);
    const [, status] = /^HTTP\/\S+ (\d+)/.exec(line) ?? [];
    // A request; or the one answer that accepts it (RFC 6455 section 4.1).
    if (status === undefined || status === "101") return "upgraded";
    // Informational answers may come before the one that counts (RFC 9110 section 15.2).
    return status.startsWith("1") ? "http" : "refused";
  }
}
