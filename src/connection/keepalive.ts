/**
 * Pings: those of the application, and those that find out whether the peer is still there.
 *
 * @module
 */

import { LimitError, TimeoutError } from "../errors.ts";
import { Deferred } from "../util/deferred.ts";
import { quiet } from "../util/quiet.ts";
import { Alarm, Line } from "./alarms.ts";
import type { Inbox } from "./inbox.ts";

/** When to ping by ourselves; `false`: never. */
export type KeepaliveOptions =
  | false
  | {
      /** Milliseconds between two pings. Default: 20000. */
      readonly interval?: number;
      /** Milliseconds after an unanswered ping before the peer is given up; any data counts as life. Default: 20000. */
      readonly timeout?: number;
    };

/** A ping that was sent and not answered yet. */
interface Ping {
  readonly id: number;
  readonly sent: number;
  readonly answered: Deferred<number> | undefined;
}

/** How many pings may be unanswered: the application's are refused beyond it. */
const MAX_UNANSWERED = 256;

/** How long the payload of a ping is. */
const ID_BYTES = 4;

const DEFAULT_DURATION = 20_000;

const DEFAULTS = {} satisfies KeepaliveOptions as Exclude<KeepaliveOptions, false>;

/** Rings when it is time for the next ping. */
export class Keepalive extends Alarm {
  readonly #inbox: Inbox;
  readonly #options: KeepaliveOptions;
  #unanswered: Ping[] | undefined;
  #nextId = 0;
  #deadline: Deadline | undefined;
  /** The round trip of the ping that was answered last, in milliseconds. */
  latency: number | undefined;

  constructor(inbox: Inbox, options: KeepaliveOptions) {
    super();
    this.#inbox = inbox;
    this.#options = options;
    this.#intervals?.add(this);
  }

  ping(): Promise<number> {
    if (this.#inbox.info) return quiet(Promise.reject(this.#inbox.end()));
    if ((this.#unanswered?.length ?? 0) >= MAX_UNANSWERED) {
      return quiet(
        Promise.reject(new LimitError("too many unanswered pings", MAX_UNANSWERED, 1008)),
      );
    }
    const answered = new Deferred<number>();
    this.#send(answered);
    return quiet(answered.promise);
  }

  /** Any data counts as life. */
  alive(): void {
    if (this.#deadline === undefined) return;
    this.#deadline.stop();
    this.#deadline = undefined;
  }

  /** A pong answers its ping and those before it (RFC 6455 section 5.5.3); one that was not asked for is ignored. */
  pong(payload: Uint8Array): void {
    const id = payload.length === ID_BYTES ? decode(payload) : Infinity;
    if (id >= this.#nextId || !this.#unanswered) return;
    const now = this.#inbox.clock.now();
    const count = this.#unanswered.findLastIndex((ping) => ping.id <= id) + 1;
    const answered = this.#unanswered.splice(0, count);
    // (An idle connection is not to keep the memory of a list.)
    if (this.#unanswered.length === 0) this.#unanswered = undefined;
    const last = answered.at(-1);
    if (last) this.latency = now - last.sent;
    for (const ping of answered) ping.answered?.resolve(now - ping.sent);
  }

  /** The connection has ended. */
  end(): void {
    this.stop();
    for (const ping of this.#unanswered ?? []) ping.answered?.reject(this.#inbox.end());
    this.#unanswered = undefined;
  }

  /** No more pings of our own: the connection is closing, and has a deadline for that. */
  stop(): void {
    this.#intervals?.delete(this);
    this.alive();
  }

  override ring(): void {
    this.#intervals?.add(this);
    this.#send(undefined);
    if (this.#deadline === undefined) this.#expect();
  }

  /** Silence has lasted as long as it may; the flow has been resumed so many times when that began. */
  expire(resumptions: number | undefined): void {
    this.#deadline = undefined;
    // Nothing is read while reading is paused, so silence proves nothing then; a peer that reset the connection is
    // noticed by the pings themselves.
    const { flow } = this.#inbox;
    if (flow?.paused) return;
    // What came during a pause may not be read yet.
    if (flow?.resumptions !== resumptions) {
      this.#expect();
      return;
    }
    this.#inbox.transport.abort(new TimeoutError("the answer to a keepalive ping", this.#timeout));
  }

  /** Where it stands for its next ping, if it sends any by itself. */
  get #intervals(): Line | undefined {
    const { interval = DEFAULT_DURATION } = this.#options || { interval: 0 };
    return interval > 0 ? Line.of(this.#inbox.clock, interval) : undefined;
  }

  get #timeout(): number {
    return (this.#options || DEFAULTS).timeout ?? DEFAULT_DURATION;
  }

  #expect(): void {
    const line = Line.of(this.#inbox.clock, this.#timeout);
    this.#deadline = new Deadline(this, line, this.#inbox.flow?.resumptions);
  }

  #send(answered: Deferred<number> | undefined): void {
    const id = this.#nextId++;
    const unanswered = (this.#unanswered ??= []);
    // Those of our own need no record when there are so many: an answer to them is one to all before.
    if (unanswered.length < MAX_UNANSWERED) {
      unanswered.push({ id, sent: this.#inbox.clock.now(), answered });
    }
    this.#inbox.transport.ping(encode(id));
  }
}

/** Rings when nothing has come for too long after a ping. */
class Deadline extends Alarm {
  readonly #keepalive: Keepalive;
  readonly #line: Line;
  readonly #resumptions: number | undefined;

  constructor(keepalive: Keepalive, line: Line, resumptions: number | undefined) {
    super();
    this.#keepalive = keepalive;
    this.#line = line;
    this.#resumptions = resumptions;
    line.add(this);
  }

  stop(): void {
    this.#line.delete(this);
  }

  override ring(): void {
    this.#keepalive.expire(this.#resumptions);
  }
}

/** Declares in a transport's capabilities that it has pings. */
export function keepalive(inbox: Inbox, options: KeepaliveOptions = DEFAULTS): Keepalive {
  return new Keepalive(inbox, options);
}

function encode(id: number): Uint8Array {
  return Uint8Array.of(id >>> 24, id >>> 16, id >>> 8, id);
}

function decode(bytes: Uint8Array): number {
  return bytes.reduce((id, byte) => id * 256 + byte, 0);
}
