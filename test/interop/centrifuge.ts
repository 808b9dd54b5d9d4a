/**
 * Our server of channels, and clients of the `centrifuge` package in both of its encodings.
 *
 * @module
 */

import { Centrifuge as JsonCentrifuge } from "centrifuge";
import type {
  Centrifuge,
  ClientEvents,
  Options,
  Subscription,
  SubscriptionEvents,
} from "centrifuge";
import { Centrifuge as ProtobufCentrifuge } from "centrifuge/build/protobuf";
import { createChannels } from "fullduplex/channels/server";
import type { Channels, ChannelsOptions } from "fullduplex/channels/server";
import { serve } from "fullduplex/server";
import { WebSocket } from "ws";

/** One of the two builds. Data is JSON: for Protobuf as bytes. */
export interface Build {
  readonly name: "json" | "protobuf";
  make(url: string, options: Partial<Options>): Centrifuge;
  encode(value: unknown): unknown;
  decode(data: unknown): unknown;
}

export const json: Build = {
  name: "json",
  make: (url, options) => new JsonCentrifuge(url, options),
  encode: (value) => value,
  decode: (data) => data,
};

export const protobuf: Build = {
  name: "protobuf",
  // (Their classes are the same but for private fields.)
  make: (url, options) => new ProtobufCentrifuge(url, options) as unknown as Centrifuge,
  encode: (value) => new TextEncoder().encode(JSON.stringify(value)),
  decode: (data) => JSON.parse(new TextDecoder().decode(data as Uint8Array)) as unknown,
};

/** A client that connects at once, and its sockets. */
export interface Peer {
  readonly client: Centrifuge;
  /** The one in use, as if the network had failed. */
  cut(): void;
  /** What it has sent so far, on all sockets. */
  readonly sent: readonly unknown[];
}

export interface Started extends AsyncDisposable {
  readonly channels: Channels;
  peer(build: Build, options?: Partial<Options>): Peer;
}

/** A server; disposing of it ends its clients too. */
export async function start(options: ChannelsOptions = {}): Promise<Started> {
  const channels = createChannels({ anonymous: true, ...options });
  const server = await serve(channels.handler, { subprotocols: channels.subprotocols });
  const clients: Centrifuge[] = [];
  return {
    channels,
    peer(build, given = {}) {
      const made = makePeer(build, server.url, given);
      clients.push(made.client);
      made.client.connect();
      return made;
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.disconnect();
      await channels.close();
      await server.close();
    },
  };
}

function makePeer(build: Build, url: string, options: Partial<Options>): Peer {
  const sent: unknown[] = [];
  const sockets: WebSocket[] = [];
  class Socket extends WebSocket {
    constructor(address: string, protocols?: string) {
      super(address, protocols === undefined ? [] : [protocols]);
      sockets.push(this);
    }

    override send(data: Parameters<WebSocket["send"]>[0]): void {
      sent.push(data);
      super.send(data);
    }
  }
  const client = build.make(url, {
    websocket: Socket,
    minReconnectDelay: 1,
    maxReconnectDelay: 10,
    ...options,
  });
  return { client, sent, cut: () => sockets.at(-1)?.terminate() };
}

type Emitter = Centrifuge | Subscription;
type EventsOf<T extends Emitter> = T extends Subscription ? SubscriptionEvents : ClientEvents;

/** What comes with an event. */
type Context<T extends Emitter, E extends keyof EventsOf<T>> = EventsOf<T>[E] extends (
  context: infer C,
) => void
  ? C
  : never;

/** The next event of a kind, from now on. */
export function next<T extends Emitter, E extends keyof EventsOf<T>>(
  emitter: T,
  event: E,
): Promise<Context<T, E>> {
  return queue(emitter, event)();
}

/** All events of a kind, from now on, one after the other. */
export function queue<T extends Emitter, E extends keyof EventsOf<T>>(
  emitter: T,
  event: E,
): () => Promise<Context<T, E>> {
  const waiting: Context<T, E>[] = [];
  const readers: ((context: Context<T, E>) => void)[] = [];
  (emitter as unknown as NodeJS.EventEmitter).on(event as string, (context: Context<T, E>) => {
    const reader = readers.shift();
    if (reader) reader(context);
    else waiting.push(context);
  });
  return () =>
    new Promise((resolve) => {
      const known = waiting.shift();
      if (known === undefined) readers.push(resolve);
      else resolve(known);
    });
}
