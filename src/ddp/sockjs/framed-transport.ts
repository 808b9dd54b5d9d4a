/**
 * SockJS over a WebSocket: its frames are the messages of the connection below, and its messages those of the one above.
 *
 * @module
 */

import { Alarm, Line } from "../../connection/alarms.ts";
import type { Connection } from "../../connection/connection.ts";
import { PreparedMessage } from "../../connection/prepared-message.ts";
import { readFlow } from "../../connection/read-flow.ts";
import type {
  BasicTransport,
  Capabilities,
  Message,
  TransportSendOptions,
  TransportSink,
} from "../../connection/transport.ts";
import type { Clock } from "../../util/clock.ts";
import { Deferred } from "../../util/deferred.ts";
import { closeFrame, encode, HEARTBEAT, messagesFrame, OPEN, readFrame } from "./frames.ts";
import { derive } from "./text.ts";

/** (Messages wait in the connection below: there are no two queues.) */
const CAPABILITIES: Capabilities = { pause: readFlow };

const DERIVED = "sockjs:framed";

/** When heartbeats are sent. Milliseconds. */
export interface Heartbeats {
  readonly heartbeatInterval: number;
  readonly clock: Clock;
}

/** It rings when a heartbeat is due. */
export class FramedTransport extends Alarm implements BasicTransport {
  readonly capabilities: Capabilities = CAPABILITIES;
  readonly #sink: TransportSink;
  readonly #below: Connection;
  readonly #heartbeats: Heartbeats;
  /** There while reading is paused. */
  #resumed: Deferred<void> | undefined;
  #isClosing = false;

  constructor(sink: TransportSink, below: Connection, heartbeats: Heartbeats) {
    super();
    this.#sink = sink;
    this.#below = below;
    this.#heartbeats = heartbeats;
  }

  get bufferedAmount(): number {
    return this.#below.bufferedAmount;
  }

  /** Begins, once there is a connection above. Resolves when it is over; never rejects. */
  async run(): Promise<void> {
    const below = this.#below;
    void below.send(OPEN);
    this.#line.add(this);
    // (Then nothing pauses any more, so that what is left of it is read to its end.)
    void below.closed.then(() => this.#sink.closing());
    await below.forEach((frame) => this.#receive(frame)).catch(() => {});
    const info = await below.closed;
    this.#line.delete(this);
    this.#sink.closed(info);
  }

  send(
    message: Message | PreparedMessage,
    { text, compress }: TransportSendOptions,
  ): Promise<void> | undefined {
    const isPrepared = message instanceof PreparedMessage;
    const frame = derive<string | PreparedMessage>(message, text, DERIVED, (plain) => {
      const framed = messagesFrame([encode(plain)]);
      return isPrepared ? new PreparedMessage(framed, true) : framed;
    });
    return this.#below.send(frame, { compress }).catch(() => {});
  }

  close(code: number, reason: string): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    void this.#below.send(closeFrame(code, reason));
    void this.#below.close(code, reason);
  }

  abort(): void {
    this.#below.terminate();
  }

  pause(): void {
    this.#resumed ??= new Deferred();
  }

  resume(): void {
    this.#resumed?.resolve();
    this.#resumed = undefined;
  }

  #receive(frame: Message): Promise<void> | undefined {
    if (this.#resumed) return this.#resumed.promise.then(() => this.#receive(frame));
    // (SockJS has no frames of bytes.)
    if (typeof frame !== "string" || this.#isClosing) return undefined;
    const messages = readFrame(frame);
    if (!messages) {
      this.#break();
      return undefined;
    }
    for (const message of messages) this.#sink.message(message);
    this.#sink.progress(0);
    return undefined;
  }

  #break(): void {
    this.#isClosing = true;
    void this.#below.close(3000, "Broken framing.");
    this.#sink.closing();
  }

  /** A slow client is one that gets something anyway. */
  override ring(): void {
    this.#line.add(this);
    void this.#below.send(HEARTBEAT, { droppable: true });
  }

  get #line(): Line {
    const { clock, heartbeatInterval } = this.#heartbeats;
    return Line.of(clock, heartbeatInterval);
  }
}
