/**
 * A transport that records what a connection asks of it, and does what a test says.
 *
 * @module
 */

import { Connection } from "../../src/connection/connection.ts";
import type { ConnectionOptions } from "../../src/connection/connection.ts";
import { keepalive } from "../../src/connection/keepalive.ts";
import { outbox } from "../../src/connection/outbox.ts";
import { parts } from "../../src/connection/parts.ts";
import type { PreparedMessage } from "../../src/connection/prepared-message.ts";
import { readFlow } from "../../src/connection/read-flow.ts";
import type {
  Capabilities,
  Message,
  Transport,
  TransportSendOptions,
  TransportSink,
} from "../../src/connection/transport.ts";
import type { CloseInfo } from "../../src/errors.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";

/** One call of a method: its name and what it was given. */
export type Call = readonly [name: string, ...parameters: unknown[]];

const ALL_CAPABILITIES: Capabilities = {
  pause: readFlow,
  ping: keepalive,
  queue: outbox,
  parts,
};

export const CUT: CloseInfo = { code: 1006, reason: "", wasClean: false, initiator: "remote" };

/** A close that `initiator` began, and that was answered. */
export function closedWith(
  code: number,
  reason = "",
  initiator: "local" | "remote" = "remote",
): CloseInfo {
  return { code, reason, wasClean: true, initiator };
}

export class RecordingTransport implements Transport {
  readonly capabilities: Capabilities;
  readonly sink: TransportSink;
  readonly calls: Call[] = [];
  /** What the platform has not taken yet; only the test changes it. */
  bufferedAmount = 0;
  /** What `send` returns. */
  lent: Promise<void> | undefined;
  #isClosed = false;

  constructor(sink: TransportSink, capabilities: Capabilities) {
    this.sink = sink;
    this.capabilities = capabilities;
  }

  /** The messages that were sent, as they were at that time. */
  get sent(): (Message | PreparedMessage)[] {
    return this.named("send").map(([, message]) => message as Message | PreparedMessage);
  }

  /** The calls of one method. */
  named(name: string): Call[] {
    return this.calls.filter((call) => call[0] === name);
  }

  send(
    message: Message | PreparedMessage,
    options: TransportSendOptions,
  ): Promise<void> | undefined {
    const kept = message instanceof Uint8Array ? new Uint8Array(message) : message;
    this.calls.push(["send", kept, options]);
    return this.lent;
  }

  sendPart(data: Message, text: boolean, final: boolean): void {
    this.calls.push(["sendPart", data, text, final]);
  }

  ping(payload: Uint8Array): void {
    this.calls.push(["ping", payload]);
  }

  pause(): void {
    this.calls.push(["pause"]);
  }

  resume(): void {
    this.calls.push(["resume"]);
  }

  receiveParts(wanted: boolean): void {
    this.calls.push(["receiveParts", wanted]);
  }

  close(code: number, reason: string): void {
    this.calls.push(["close", code, reason]);
  }

  /** Ends the connection in a later task, as a socket does. */
  abort(error?: unknown): void {
    this.calls.push(["abort", error]);
    setImmediate(() => this.end({ ...CUT, initiator: "local", error }));
  }

  /** The connection is over. */
  end(info: CloseInfo): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.bufferedAmount = 0;
    this.sink.closed(info);
  }

  /** The platform has taken all but `rest` bytes. */
  drainTo(rest: number): void {
    this.bufferedAmount = rest;
    this.sink.drain();
  }
}

/** A connection over a transport that a test plays. */
export interface Recorded {
  readonly connection: Connection<string, string>;
  readonly transport: RecordingTransport;
  readonly sink: TransportSink;
  readonly clock: FakeClock;
}

export function record(
  options: ConnectionOptions = {},
  capabilities: Capabilities = ALL_CAPABILITIES,
): Recorded {
  const clock = new FakeClock();
  let transport: RecordingTransport | undefined;
  const connection = new Connection(
    (sink) => (transport = new RecordingTransport(sink, capabilities)),
    { data: "data", request: "request", subprotocol: "chat" },
    { clock, keepalive: false, ...options },
  );
  const made = transport as unknown as RecordingTransport;
  return { connection, transport: made, sink: made.sink, clock };
}
