/**
 * A connection over plain HTTP: down in the body of one response, up in requests of their own.
 *
 * The reader of the body says by reading that the client keeps up, so that a slow client is one that does not read, as with
 * any other transport. It ends with the code of its close in a message of the protocol, because HTTP has no close frame.
 *
 * @module
 */

import { outbox } from "../../../connection/outbox.ts";
import { PreparedMessage } from "../../../connection/prepared-message.ts";
import { readFlow } from "../../../connection/read-flow.ts";
import type {
  BasicTransport,
  Capabilities,
  Message,
  TransportSink,
} from "../../../connection/transport.ts";
import { LimitError } from "../../../errors.ts";
import type { CloseInfo } from "../../../errors.ts";
import { truncateReason } from "../../../util/close-code.ts";
import { Deque } from "../../../util/deque.ts";
import { Deferred } from "../../../util/deferred.ts";
import { DisconnectCode } from "../../protocol/codes.ts";
import type { StreamEncoding } from "./encoding.ts";
import { join } from "../../../http/read-body.ts";

/** Commands that have come while reading is paused. */
interface Held {
  readonly frame: Message;
  readonly taken: Deferred<void>;
}

const CAPABILITIES: Capabilities = { pause: readFlow, queue: outbox };

/** How much may be held while reading is paused. Bytes. */
const MAX_HELD = 1024 * 1024;

/** What each counts for beside its bytes: there is a request that waits for an answer. */
const HELD_BYTES = 1024;

const DERIVED = "http_stream";

export class StreamTransport implements BasicTransport {
  readonly capabilities: Capabilities = CAPABILITIES;
  /** The body of the response. */
  readonly body: ReadableStream<Uint8Array>;
  readonly #sink: TransportSink;
  readonly #encoding: StreamEncoding;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  /** The reader of the body waits. */
  #isWanted = false;
  #isScheduled = false;
  #held = new Deque<Held>();
  #heldBytes = 0;
  #isPaused = false;
  /** How it will have ended, once everything has been read. */
  #closing: CloseInfo | undefined;
  #isClosed = false;

  /** `gone` is aborted when the client goes away. */
  constructor(sink: TransportSink, encoding: StreamEncoding, gone: AbortSignal) {
    this.#sink = sink;
    this.#encoding = encoding;
    this.body = new ReadableStream(
      {
        start: (controller) => void (this.#controller = controller),
        pull: () => this.#pull(),
        cancel: () => this.#leave(),
      },
      // Nothing counts as sent before it is read.
      { highWaterMark: 0 },
    );
    if (gone.aborted) this.#leave();
    else gone.addEventListener("abort", () => this.#leave(), { once: true });
  }

  get bufferedAmount(): number {
    return this.#bytes;
  }

  send(message: Message | PreparedMessage): undefined {
    if (this.#closing || this.#isClosed) return;
    this.#put(message instanceof PreparedMessage ? this.#derive(message) : this.#write(message));
  }

  close(code: number, reason: string): void {
    this.#close({ code, reason: truncateReason(reason), wasClean: true, initiator: "local" });
  }

  abort(error?: unknown): void {
    this.#cut();
    this.#end({ code: 1006, reason: "", wasClean: false, initiator: "local", error });
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    while (!this.#isPaused && !this.#isClosed && this.#held.length > 0) {
      const { frame, taken } = this.#held.shift() as Held;
      this.#heldBytes -= frame.length + HELD_BYTES;
      taken.resolve();
      this.#sink.message(frame);
    }
  }

  // ---- what comes up

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Commands of the client, in the order in which they came. Returns a promise when more should wait. */
  receive(frame: Message): Promise<void> | undefined {
    if (this.#isClosed) return undefined;
    if (!this.#isPaused && this.#held.length === 0) {
      this.#sink.message(frame);
      return undefined;
    }
    if (this.#closing) return undefined;
    const taken = new Deferred<void>();
    this.#held.push({ frame, taken });
    this.#heldBytes += frame.length + HELD_BYTES;
    if (this.#heldBytes > MAX_HELD) this.#overflow();
    return taken.promise;
  }

  #overflow(): void {
    const error = new LimitError("too many commands wait", MAX_HELD, 1008);
    const [code, reason] = [DisconnectCode.TooManyRequests, "too many requests"];
    this.#close({ code, reason, wasClean: true, initiator: "local", error });
    this.#release();
    this.#sink.closing();
  }

  // ---- what goes down

  #write(message: Message): Uint8Array {
    return this.#encoding.writeFrame(message);
  }

  /** The same bytes for everybody that a publication goes to. */
  #derive(message: PreparedMessage): Uint8Array {
    const key = `${DERIVED}:${this.#encoding.codec.name}`;
    const known = message.derived.get(key) as Uint8Array | undefined;
    if (known) return known;
    const bytes = this.#write(message.data);
    message.derived.set(key, bytes);
    return bytes;
  }

  #put(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#bytes += bytes.length;
    this.#schedule();
  }

  /** What one turn sends goes out together. */
  #schedule(): void {
    if (!this.#isWanted || this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  #pull(): void {
    this.#isWanted = true;
    this.#flush();
  }

  #flush(): void {
    if (!this.#isWanted || this.#isClosed) return;
    if (this.#bytes === 0) return this.#finish();
    const chunk = join(this.#chunks, this.#bytes);
    this.#isWanted = false;
    this.#chunks = [];
    this.#bytes = 0;
    this.#controller.enqueue(chunk);
    this.#sink.drain();
  }

  // ---- the end

  #close(info: CloseInfo): void {
    if (this.#closing || this.#isClosed) return;
    this.#closing = info;
    const { code, reason } = info;
    this.#put(
      this.#write(this.#encoding.codec.encodeReplies([{ push: { disconnect: { code, reason } } }])),
    );
  }

  /** The reader asks for more than there is: it is done with all that it got before. */
  #finish(): void {
    if (!this.#closing) return;
    this.#controller.close();
    this.#end(this.#closing);
  }

  /** (That it was cut on purpose is no failure of whoever reads the body.) */
  #cut(): void {
    this.#controller.error(new DOMException("the connection was cut", "AbortError"));
  }

  #leave(): void {
    this.#cut();
    this.#end({ code: 1006, reason: "", wasClean: false, initiator: "remote" });
  }

  #end(info: CloseInfo): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#chunks = [];
    this.#bytes = 0;
    this.#release();
    // (There may be no connection yet.)
    queueMicrotask(() => this.#sink.closed(info));
  }

  /** What is held is given up. */
  #release(): void {
    while (this.#held.length > 0) this.#held.shift()?.taken.resolve();
    this.#heldBytes = 0;
  }
}
