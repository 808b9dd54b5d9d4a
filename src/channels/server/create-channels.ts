/**
 * Making a server of channels.
 *
 * @module
 */

import { ChannelServer } from "./channel-server.ts";
import type { Channels } from "./channels.ts";
import type { ChannelsOptions } from "./options.ts";

/**
 * Makes a server of channels, which is mounted into a server of WebSockets. Close it when it is no longer needed.
 *
 * @throws TypeError or RangeError for options that make no sense.
 *
 * @example
 * ```ts
 * const channels = createChannels({
 *   anonymous: true,
 *   namespaces: { news: { access: { subscribe: "anyone" }, history: { size: 100, ttl: 60_000 } } },
 * });
 * const server = await serve({ "/connection/websocket": channels.handler }, {
 *   port: 8000,
 *   subprotocols: channels.subprotocols,
 * });
 * await channels.publish("news:today", JSON.stringify({ title: "Hello" }));
 * ```
 */
export function createChannels(options: ChannelsOptions = {}): Channels {
  return new ChannelServer(options);
}
