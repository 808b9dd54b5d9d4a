/**
 * SockJS over plain HTTP: each request of a poll is answered with one frame, and what the client sends are requests of their
 * own. It is gone when it hasn't polled for a while.
 *
 * @module
 */

import { outbox } from "../../connection/outbox.ts";
import type { PreparedMessage } from "../../connection/prepared-message.ts";
import { readFlow } from "../../connection/read-flow.ts";
import type {
  BasicTransport,
  Capabilities,
  Message,
  TransportSendOptions,
  TransportSink,
} from "../../connection/transport.ts";
import { LimitError } from "../../errors.ts";
import type { CloseInfo } from "../../errors.ts";
import type { Timer } from "../../util/clock.ts";
import { truncateReason } from "../../util/close-code.ts";
import { Deferred } from "../../util/deferred.ts";
import { closeFrame, encode, HEARTBEAT, messagesFrame, OPEN } from "./frames.ts";
import type { Heartbeats } from "./framed-transport.ts";
import { derive } from "./text.ts";

/** What a polling client is given. Milliseconds. */
export interface Patience extends Heartbeats {
  /** How long it may stay away between two polls. */
  readonly disconnectDelay: number;
}

const CAPABILITIES: Capabilities = { pause: readFlow, queue: outbox };

/** How much of what clients send may wait while reading is paused. UTF-16 units. */
const MAX_HELD = 1024 * 1024;

/** What a request counts for beside its body. */
const HELD_REQUEST = 1024;

const DERIVED = "sockjs:encoded";

const ALREADY_OPEN: string = closeFrame(2010, "Another connection still open");
const INTERRUPTED: string = closeFrame(1002, "Connection interrupted");

export class PollingTransport implements BasicTransport {
  readonly capabilities: Capabilities = CAPABILITIES;
  readonly #sink: TransportSink;
  readonly #patience: Patience;
  readonly #onGone: () => void;
  #state: "new" | "open" | "closing" | "closed" = "new";
  /** Encoded, and waiting for a poll. */
  #messages: string[] = [];
  #bytes = 0;
  /** The poll that waits for a frame. */
  #poll: Deferred<string> | undefined;
  /** While a poll waits: the next heartbeat. Else: the end. */
  #timer: Timer;
  #isScheduled = false;
  /** There while reading is paused. */
  #resumed: Deferred<void> | undefined;
  #held = 0;
  /** How it will have ended, once the client knows. */
  #closing: CloseInfo | undefined;
  /** What the client is told from then on. */
  #farewell: string = INTERRUPTED;

  /** `onGone`: nobody will ask for it any more. */
  constructor(sink: TransportSink, patience: Patience, onGone: () => void) {
    this.#sink = sink;
    this.#patience = patience;
    this.#onGone = onGone;
  }

  get bufferedAmount(): number {
    return this.#bytes;
  }

  get isClosed(): boolean {
    return this.#state === "closed";
  }

  send(message: Message | PreparedMessage, { text }: TransportSendOptions): undefined {
    const encoded = derive(message, text, DERIVED, encode);
    if (this.#closing || this.isClosed) return;
    this.#messages.push(encoded);
    this.#bytes += encoded.length;
    this.#schedule();
  }

  close(code: number, reason: string): void {
    this.#close({ code, reason: truncateReason(reason), wasClean: true, initiator: "local" });
  }

  abort(error?: unknown): void {
    this.#end({ code: 1006, reason: "", wasClean: false, initiator: "local", error });
  }

  pause(): void {
    this.#resumed ??= new Deferred();
  }

  resume(): void {
    this.#resumed?.resolve();
    this.#resumed = undefined;
  }

  // ---- requests

  /** Resolves with the frame that a poll is answered with. `signal` is aborted when the client goes away before. */
  async poll(signal: AbortSignal): Promise<string> {
    if (this.#poll) return ALREADY_OPEN;
    if (this.isClosed) return this.#farewell;
    if (this.#state === "new") {
      this.#state = "open";
      this.#waitForPoll();
      return OPEN;
    }
    const poll = new Deferred<string>();
    const interrupt = (): void => this.#interrupt();
    this.#poll = poll;
    this.#waitForHeartbeat();
    this.#flush();
    if (signal.aborted) interrupt();
    else signal.addEventListener("abort", interrupt, { once: true });
    const frame = await poll.promise;
    signal.removeEventListener("abort", interrupt);
    return frame;
  }

  /** Messages of the client. Resolves when more may come. */
  async receive(messages: readonly string[], size: number): Promise<void> {
    while (this.#resumed && !this.#closing && !this.isClosed) await this.#hold(size);
    if (this.#closing || this.isClosed) return;
    for (const message of messages) this.#sink.message(message);
    this.#sink.progress(0);
  }

  async #hold(size: number): Promise<void> {
    const bytes = size + HELD_REQUEST;
    this.#held += bytes;
    if (this.#held > MAX_HELD) this.#overflow();
    else await this.#resumed?.promise;
    this.#held -= bytes;
  }

  #overflow(): void {
    const error = new LimitError("too many messages wait", MAX_HELD, 1008);
    this.#close({ code: 1008, reason: "", wasClean: true, initiator: "local", error });
    this.#sink.closing();
  }

  // ---- answers

  /** What one turn of the event loop sends goes out together: a poll costs a request. */
  #schedule(): void {
    if (!this.#poll || this.#isScheduled) return;
    this.#isScheduled = true;
    this.#patience.clock.defer(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (!this.#poll) return;
    if (this.#messages.length > 0) {
      const frame = messagesFrame(this.#messages);
      this.#messages = [];
      this.#bytes = 0;
      this.#answer(frame);
      this.#sink.drain();
    } else if (this.#closing) this.#end(this.#closing);
  }

  #answer(frame: string): void {
    this.#poll?.resolve(frame);
    this.#poll = undefined;
    this.#waitForPoll();
  }

  #waitForHeartbeat(): void {
    const { clock, heartbeatInterval } = this.#patience;
    clock.clearTimeout(this.#timer);
    this.#timer = clock.setTimeout(() => this.#answer(HEARTBEAT), heartbeatInterval);
  }

  #waitForPoll(): void {
    const { clock, disconnectDelay } = this.#patience;
    clock.clearTimeout(this.#timer);
    this.#timer = clock.setTimeout(() => {
      this.#leave();
      this.#onGone();
    }, disconnectDelay);
  }

  // ---- the end

  #close(info: CloseInfo): void {
    if (this.#closing || this.isClosed) return;
    this.#closing = info;
    this.#farewell = closeFrame(info.code, info.reason);
    // (The connection above goes on once its `close` has returned.)
    this.#schedule();
  }

  /** The client went away while it waited: what it would have got is lost. */
  #interrupt(): void {
    this.#farewell = INTERRUPTED;
    this.#leave();
  }

  #leave(): void {
    this.#end({ code: 1006, reason: "", wasClean: false, initiator: "remote" });
  }

  #end(info: CloseInfo): void {
    if (this.isClosed) return;
    this.#state = "closed";
    this.#messages = [];
    this.#bytes = 0;
    // Until nobody can be expected to ask any more.
    this.#answer(this.#farewell);
    this.resume();
    // (There may be no connection yet.)
    queueMicrotask(() => this.#sink.closed(info));
  }
}
