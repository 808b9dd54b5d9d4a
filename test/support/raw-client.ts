/**
 * A client that writes bytes and reads bytes, for what no decent client sends.
 *
 * @module
 */

import { once } from "node:events";
import { connect } from "node:net";
import type { NetConnectOpts, Socket } from "node:net";
import type { Duplex } from "node:stream";

/** The key of RFC 6455 section 1.3, and what it is answered with. */
const SAMPLE_KEY = "dGhlIHNhbXBsZSBub25jZQ==";
export const SAMPLE_ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/** A response as it came. */
export interface RawResponse {
  readonly status: number;
  readonly statusText: string;
  /** By lower-case name; repeated ones are joined by `", "`. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** The header lines of a handshake: `undefined` leaves one out. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A request for a WebSocket, with `changes` to its header fields. */
export function upgradeRequest(path = "/", changes: RequestHeaders = {}, method = "GET"): string {
  const headers: RequestHeaders = {
    Host: "localhost",
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": SAMPLE_KEY,
    "Sec-WebSocket-Version": "13",
    ...changes,
  };
  const lines = Object.entries(headers).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const values = typeof value === "string" ? [value] : value;
    return values.map((text) => `${name}: ${text}\r\n`);
  });
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** A frame of a client, masked with zeros. */
export function clientFrame(opcode: number, payload: string | Uint8Array): Buffer {
  const bytes = Buffer.from(payload);
  if (bytes.length > 125) throw new RangeError("this helper makes short frames");
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | bytes.length, 0, 0, 0, 0]), bytes]);
}

export class RawClient {
  readonly socket: Duplex;
  #received = Buffer.alloc(0);
  #wake: () => void = () => {};
  #isOver = false;

  constructor(socket: Duplex) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    socket.on("error", () => {});
    for (const event of ["end", "close"]) {
      socket.on(event, () => {
        this.#isOver = true;
        this.#wake();
      });
    }
  }

  static async connect(options: NetConnectOpts): Promise<RawClient> {
    const socket: Socket = connect(options);
    await once(socket, "connect");
    return new RawClient(socket);
  }

  /** Sends a request and reads the response to it. */
  async ask(request: string | Uint8Array): Promise<RawResponse> {
    this.socket.write(request);
    return this.response();
  }

  async response(): Promise<RawResponse> {
    const end = await this.#find("\r\n\r\n");
    const [statusLine = "", ...lines] = this.#take(end + 4)
      .toString("latin1")
      .trimEnd()
      .split("\r\n");
    const [, status = "", statusText = ""] = /^HTTP\/1\.1 (\d+) ?(.*)$/.exec(statusLine) ?? [];
    const headers = new Map<string, string>();
    for (const line of lines) {
      const colon = line.indexOf(":");
      const name = line.slice(0, colon).toLowerCase();
      const value = line.slice(colon + 1).trim();
      headers.set(name, headers.has(name) ? `${headers.get(name)}, ${value}` : value);
    }
    const body = (await this.read(Number(headers.get("content-length") ?? 0))).toString();
    return { status: Number(status), statusText, headers, body };
  }

  /** The next `size` bytes; rejects if the stream ends before. */
  async read(size: number): Promise<Buffer> {
    while (this.#received.length < size) await this.#more();
    return this.#take(size);
  }

  /** What came and was not read yet, once the server has ended the stream. */
  async rest(): Promise<Buffer> {
    while (!this.#isOver) await this.#next();
    return this.#take(this.#received.length);
  }

  close(): void {
    this.socket.destroy();
  }

  async #find(text: string): Promise<number> {
    for (;;) {
      const index = this.#received.indexOf(text);
      if (index >= 0) return index;
      await this.#more();
    }
  }

  async #more(): Promise<void> {
    if (this.#isOver)
      throw new Error(`the stream ended after ${JSON.stringify(String(this.#received))}`);
    await this.#next();
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #take(size: number): Buffer {
    const bytes = this.#received.subarray(0, size);
    this.#received = this.#received.subarray(size);
    return bytes;
  }
}
