/**
 * The fuzzer's end of one open connection: writes whatever it is told, reads what the peer sends into a log, answers
 * a close frame, and lets its user wait for the next thing to happen.
 *
 * @module
 */

import { isUtf8 } from "node:buffer";
import type { Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";

import type { Event } from "./case.ts";
import { Deflater, Inflater } from "./deflate.ts";
import { CLOSE, closePayload, encodeFrame, type Frame, PING, PONG, TEXT } from "./frame.ts";
import { FrameReader, PeerViolation, type ReceivedFrame } from "./frame-reader.ts";
import type { Opened } from "./handshake.ts";

export class FuzzerConnection {
  readonly role: "client" | "server";
  readonly log: Event[] = [];
  readonly deflater: Deflater | undefined;
  /** The fuzzer sent the first close frame. */
  closedByFuzzer = false;
  closeSent = false;
  /** The peer's close frame; `code` is null when it had none. */
  closeReceived: { readonly code: number | null; readonly reason: string } | undefined;
  /** The peer's side of the TCP connection is gone, in order or not. */
  ended = false;
  violation: PeerViolation | undefined;

  readonly #socket: Socket;
  readonly #reader: FrameReader;
  readonly #inflater: Inflater | undefined;
  #reading = false;
  #endSeen = false;
  #parts: ReceivedFrame[] = [];
  #wake: () => void = () => undefined;

  constructor(socket: Socket, role: "client" | "server", opened: Opened) {
    this.#socket = socket;
    this.role = role;
    const { deflate, rest } = opened;
    this.deflater = deflate && new Deflater(deflate.send);
    this.#inflater = deflate && new Inflater(deflate.receive);
    this.#reader = new FrameReader({
      masked: role === "server",
      rsv1Allowed: deflate !== undefined,
    });
    socket.setNoDelay(true);
    socket.on("data", (chunk) => this.#onData(chunk));
    socket.once("end", () => this.#onEnd()).once("close", () => this.#onEnd());
    socket.on("error", () => undefined); // "close" follows, and says enough
    if (rest.length > 0) this.#onData(rest);
    socket.resume();
  }

  /** Nothing more can be learnt: the peer closed, failed or broke the protocol. */
  get over(): boolean {
    return this.ended || this.closeReceived !== undefined || this.violation !== undefined;
  }

  /** Writes octets, and gives the peer a turn. */
  async write(octets: Uint8Array): Promise<void> {
    if (!this.#socket.writable) return;
    this.#socket.write(octets);
    await turn();
  }

  encode(frame: Frame): Buffer {
    return encodeFrame(frame, this.role === "client");
  }

  async sendClose(code: number): Promise<void> {
    this.markCloseSent();
    await this.write(this.encode({ opcode: CLOSE, payload: closePayload(code) }));
  }

  markCloseSent(): void {
    if (!this.closeSent) this.closedByFuzzer = this.closeReceived === undefined;
    this.closeSent = true;
  }

  /** Resolves with whether `condition` came true within `ms`; it is looked at whenever something happens. */
  async waitFor(condition: () => boolean, ms: number): Promise<boolean> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#wake();
    }, ms);
    try {
      while (!condition()) {
        if (late) return false;
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
      return true;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends our side of the TCP connection, in order. */
  end(): void {
    this.#socket.end();
  }

  dispose(): void {
    this.#socket.destroy();
    this.deflater?.dispose();
    this.#inflater?.dispose();
  }

  #onData(chunk: Buffer): void {
    this.#reader.push(chunk);
    if (!this.#reading) void this.#read();
  }

  #onEnd(): void {
    this.#endSeen = true;
    if (!this.#reading) void this.#read();
  }

  /** Takes every frame that is there. Inflating may take turns; what comes meanwhile is taken by the same loop. */
  async #read(): Promise<void> {
    this.#reading = true;
    try {
      for (;;) {
        const frame = this.closeReceived === undefined ? this.#reader.next() : undefined;
        if (frame === undefined) break;
        await this.#take(frame);
      }
      if (this.closeReceived !== undefined && this.#reader.buffered > 0) {
        throw new PeerViolation("bytes after the close frame");
      }
    } catch (error) {
      this.violation =
        error instanceof PeerViolation ? error : new PeerViolation(String(error), { cause: error });
    }
    this.#reading = false;
    if (this.#endSeen) this.ended = true;
    this.#wake();
  }

  async #take(frame: ReceivedFrame): Promise<void> {
    const { opcode, payload } = frame;
    if (opcode === CLOSE) {
      await this.#onClose(payload);
    } else if (opcode > CLOSE) {
      // A ping is the peer's right at any time (keepalive), and no answer to anything the fuzzer did.
      if (opcode === PING) await this.write(this.encode({ opcode: PONG, payload }));
      else this.log.push({ type: "pong", payload });
    } else {
      await this.#onPart(frame);
    }
  }

  async #onPart(frame: ReceivedFrame): Promise<void> {
    if ((frame.opcode === 0) !== this.#parts.length > 0)
      throw new PeerViolation("misplaced fragment");
    this.#parts.push(frame);
    if (!frame.fin) return;
    const [first] = this.#parts;
    let payload: Buffer = Buffer.concat(this.#parts.map((part) => part.payload));
    this.#parts = [];
    if (first?.rsv1 === true) payload = (await this.#inflater?.inflate(payload)) ?? payload;
    const text = first?.opcode === TEXT;
    if (text && !isUtf8(payload)) throw new PeerViolation("text that is not UTF-8");
    this.log.push({ type: "message", text, payload });
  }

  async #onClose(payload: Buffer): Promise<void> {
    if (payload.length === 1) throw new PeerViolation("close frame of one byte");
    const reason = payload.subarray(2);
    if (!isUtf8(reason)) throw new PeerViolation("close reason that is not UTF-8");
    const code = payload.length === 0 ? null : payload.readUInt16BE(0);
    if (code !== null && !mayBeSent(code)) throw new PeerViolation(`close code ${code}`);
    this.closeReceived = { code, reason: reason.toString() };
    if (!this.closeSent) {
      this.closeSent = true;
      await this.write(this.encode({ opcode: CLOSE, payload: closePayload(code ?? undefined) }));
    }
  }
}

/** The close codes that an endpoint may put on the wire (RFC 6455 section 7.4 and the registry it founded). */
function mayBeSent(code: number): boolean {
  if (code >= 3000 && code <= 4999) return true;
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006;
}
