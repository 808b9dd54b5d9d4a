/**
 * Channels, as the hub serves them: for clients by WebSocket and by plain HTTP, for backends by the server API.
 *
 * @module
 */

import { createApi, createChannels, tokenVerifier } from "../channels/server/index.ts";
import type { Channels, HttpHandler, NamespaceOptions } from "../channels/server/index.ts";
import { httpListener } from "../server/index.ts";
import type { Handler, Logger } from "../server/index.ts";
import type { Chat } from "./chat/chat.ts";
import type { Listener } from "./http/site.ts";
import type { Keys } from "./keys.ts";

/** What channels are told of the hub. */
export interface MessagingOptions {
  readonly keys: Keys;
  /** Absent when the demos are not served: then nobody comes in without a token. */
  readonly chat: Chat | undefined;
  readonly logger: Logger | undefined;
}

export const WEBSOCKET_PATH = "/connection/websocket";

/** Names without a namespace are for whoever has a token: one that names the channel; and for backends. */
const PRIVATE: NamespaceOptions = {
  history: { size: 100, ttl: 5 * 60_000 },
  presence: true,
  access: { history: "subscribers" },
};

export class Messaging {
  readonly subprotocols: readonly string[];
  /** For {@link WEBSOCKET_PATH}. */
  readonly handler: Handler;
  /** By path; one that ends with `/` is for all that begin with it. */
  readonly listeners: ReadonlyMap<string, Listener>;
  readonly #channels: Channels;

  constructor({ keys, chat, logger }: MessagingOptions) {
    const channels = createChannels({
      namespaces: { "": PRIVATE, ...chat?.namespaces },
      tokens: tokenVerifier({ algorithms: ["HS256"], secrets: [keys.tokenSecret] }),
      hooks: chat?.hooks,
      onEvent: chat?.onEvent,
      logger,
    });
    chat?.attach(channels);
    const listen = (handler: HttpHandler): Listener => httpListener(handler, { logger });
    const api = listen(createApi(channels, { keys: keys.apiKeys, logger }));
    this.subprotocols = channels.subprotocols;
    this.handler = (connection) => channels.handler(connection);
    this.listeners = new Map([
      ["/connection/http_stream", listen(channels.streamHandler)],
      ["/emulation", listen(channels.emulationHandler)],
      ["/api", api],
      ["/api/", api],
    ]);
    this.#channels = channels;
  }

  /** Ends all clients, and resolves when they have gone. */
  close(): Promise<void> {
    return this.#channels.close();
  }
}
