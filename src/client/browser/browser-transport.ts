/**
 * The transport over a browser's own WebSocket. It can't pause, ping, send parts, or choose most close codes.
 *
 * @module
 */

import type { ConnectionOptions } from "../../connection/connection.ts";
import { PreparedMessage } from "../../connection/prepared-message.ts";
import type {
  BasicTransport,
  Capabilities,
  Message,
  TransportSendOptions,
  TransportSink,
} from "../../connection/transport.ts";
import { ClosedError, LimitError } from "../../errors.ts";
import type { CloseInfo } from "../../errors.ts";
import { systemClock } from "../../util/clock.ts";
import type { Clock, Timer } from "../../util/clock.ts";
import { Deferred } from "../../util/deferred.ts";
import { quiet } from "../../util/quiet.ts";

const POLL_INTERVAL = 20;

export class BrowserTransport implements BasicTransport {
  readonly capabilities: Capabilities = {};
  readonly #socket: WebSocket;
  readonly #sink: TransportSink;
  readonly #clock: Clock;
  readonly #highWaterMark: number;
  readonly #maxSendQueue: number;
  #room: Deferred<void> | undefined;
  #timer: Timer;
  #closing = false;
  #closed = false;

  /** `socket` is open, and its `binaryType` is `"arraybuffer"`. */
  constructor(socket: WebSocket, sink: TransportSink, options: ConnectionOptions) {
    this.#socket = socket;
    this.#sink = sink;
    this.#clock = options.clock ?? systemClock;
    this.#highWaterMark = options.highWaterMark ?? 65_536;
    this.#maxSendQueue = options.maxSendQueue ?? 16_777_216;
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>): void => {
      if (!this.#closed) sink.message(typeof data === "string" ? data : new Uint8Array(data));
    };
    socket.onclose = ({ code, reason, wasClean }): void => {
      this.#end({ code, reason, wasClean, initiator: this.#closing ? "local" : "remote" });
    };
  }

  get bufferedAmount(): number {
    return this.#closed ? 0 : this.#socket.bufferedAmount;
  }

  send(
    message: Message | PreparedMessage,
    options: TransportSendOptions,
  ): Promise<void> | undefined {
    const { data, text } =
      message instanceof PreparedMessage ? message : { data: message, text: options.text };
    this.#socket.send(typeof data === "string" ? data : toSendable(data, text));
    if (this.bufferedAmount <= this.#highWaterMark) return undefined;
    if (!this.#room) {
      this.#room = new Deferred();
      void quiet(this.#room.promise);
      this.#poll();
    }
    const { promise } = this.#room;
    if (this.bufferedAmount > this.#maxSendQueue) {
      this.abort(new LimitError("send queue is full", this.#maxSendQueue, 1008));
    }
    return promise;
  }

  close(code: number, reason: string): void {
    this.#closing = true;
    const sendable = code === 1000 || code >= 3000 ? code : code + 3000;
    try {
      this.#socket.close(sendable, reason);
    } catch {
      // Too long: 41 UTF-16 units are never more than the 123 bytes that there is room for.
      this.#socket.close(sendable, reason.slice(0, 41));
    }
  }

  abort(error?: unknown): void {
    this.#socket.close();
    this.#end({ code: 1006, reason: "", wasClean: false, initiator: "local", error });
  }

  /** A browser doesn't tell when it has sent something, so we look. */
  #poll(): void {
    this.#timer = this.#clock.setTimeout(() => {
      if (this.bufferedAmount > this.#highWaterMark) this.#poll();
      else {
        this.#room?.resolve();
        this.#room = undefined;
      }
    }, POLL_INTERVAL);
  }

  #end(info: CloseInfo): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#clock.clearTimeout(this.#timer);
    this.#room?.reject(new ClosedError(info));
    this.#sink.closed(info);
  }
}

/** A browser takes no shared memory, so bytes are copied. */
function toSendable(bytes: Uint8Array, text?: boolean): string | Uint8Array<ArrayBuffer> {
  return text ? new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes) : new Uint8Array(bytes);
}
