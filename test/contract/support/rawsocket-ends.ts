/**
 * Both ends of a RawSocket, after its handshake.
 *
 * A RawSocket carries either text or bytes, as its serializer wants, and no close codes. The contract wants all of them; so each
 * message has a byte before it here that says what it is, and the last one is a code.
 *
 * @module
 */

import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { Connection } from "../../../src/connection/connection.ts";
import type { ConnectionOptions } from "../../../src/connection/connection.ts";
import { PreparedMessage } from "../../../src/connection/prepared-message.ts";
import type {
  BasicTransport,
  Message,
  TransportSendOptions,
  TransportSink,
} from "../../../src/connection/transport.ts";
import type { CloseInfo } from "../../../src/errors.ts";
import { truncateReason } from "../../../src/util/close-code.ts";
import { systemClock } from "../../../src/util/clock.ts";
import { RawSocketTransport } from "../../../src/wamp/rawsocket/transport.ts";
import type { Ends, OpenOptions } from "../connection-contract.ts";

const [TEXT, BYTES, CODE] = [0, 1, 2];

const LIMIT = 2 * 1024 * 1024;

export async function openRawSocket(
  near: "client" | "server",
  { onFar, farOptions, ...options }: OpenOptions = {},
): Promise<Ends> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [[accepted]] = (await Promise.all([
    once(server, "connection"),
    once(client, "connect"),
  ])) as unknown as [[Socket]];
  const [ours, theirs] = near === "client" ? [client, accepted] : [accepted, client];
  const far = openOver(theirs, { ...options, ...farOptions });
  onFar?.(far);
  const dispose = (): void => {
    client.destroy();
    accepted.destroy();
    server.close();
  };
  return { near: openOver(ours, options), far, dispose };
}

function openOver(socket: Socket, options: ConnectionOptions): Connection {
  const { clock = systemClock } = options;
  const settings = { isText: false, maxMessage: LIMIT, maxPeerMessage: LIMIT, clock };
  const open = (sink: TransportSink): BasicTransport =>
    new TaggingTransport(socket, new TaggedSink(sink), { ...settings, head: new Uint8Array() });
  return new Connection(open, { data: undefined, request: undefined }, options);
}

class TaggingTransport extends RawSocketTransport {
  override send(
    message: Message | PreparedMessage,
    { text }: TransportSendOptions = {},
  ): Promise<void> | undefined {
    if (!(message instanceof PreparedMessage)) return super.send(tag(message, text === true));
    const key = "tagged";
    let tagged = message.derived.get(key) as PreparedMessage | undefined;
    if (!tagged) {
      tagged = new PreparedMessage(tag(message.data, message.text), false);
      message.derived.set(key, tagged);
    }
    return super.send(tagged);
  }

  override close(code: number, reason: string): void {
    const bytes = Buffer.from(`_${JSON.stringify([code, truncateReason(reason)])}`);
    bytes[0] = CODE;
    void super.send(bytes);
    super.close(code, reason);
  }
}

function tag(message: Message, text: boolean): Uint8Array {
  const data = typeof message === "string" ? Buffer.from(message) : message;
  const isText = text || typeof message === "string";
  return Buffer.concat([Uint8Array.of(isText ? TEXT : BYTES), data]);
}

class TaggedSink implements TransportSink {
  readonly #sink: TransportSink;
  #code: Pick<CloseInfo, "code" | "reason"> | undefined;

  constructor(sink: TransportSink) {
    this.#sink = sink;
  }

  get borrows(): boolean {
    return this.#sink.borrows;
  }

  message(message: Message): void {
    const bytes = message as Uint8Array;
    const data = bytes.subarray(1);
    if (bytes[0] === CODE) {
      const [code, reason] = JSON.parse(Buffer.from(data).toString()) as [number, string];
      this.#code = { code, reason };
      return;
    }
    if (bytes[0] === TEXT) this.#sink.message(Buffer.from(data).toString());
    else this.#sink.message(this.borrows ? data : new Uint8Array(data));
  }

  part(data: Message, final: boolean): void {
    this.#sink.part(data, final);
  }

  progress(kept: number): void {
    this.#sink.progress(kept);
  }

  pong(payload: Uint8Array): void {
    this.#sink.pong(payload);
  }

  drain(): void {
    this.#sink.drain();
  }

  closing(): void {
    this.#sink.closing();
  }

  closed(info: CloseInfo): void {
    this.#sink.closed(info.code === 1005 ? { ...info, ...this.#code } : info);
  }
}
