/**
 * Making a client of channels.
 *
 * @module
 */

import { Client } from "./client.ts";
import type { ChannelsClient, ChannelsClientOptions, Open } from "./types.ts";

/**
 * Makes a client of channels over the connections that `open` opens, and connects. Close it when it is no longer needed,
 * with `close` or `await using`.
 *
 * It connects again by itself after a random delay whose bound doubles from attempt to attempt; a server that refuses the
 * handshake with a 4xx status, refuses the client, or closes with 3500 to 3999 or from 4500 on, ends it.
 *
 * @throws TypeError for `data` that JSON can't hold.
 *
 * @example
 * ```ts
 * await using client = channelsClient(() => connect("ws://localhost:8000/connection/websocket"));
 * const chat = client.subscribe<{ text: string }>("chat:room");
 * await chat.publish({ text: "hello" });
 * for await (const item of chat) {
 *   if (item.type === "gap") console.log("something may be missing here");
 *   else console.log(item.data.text);
 * }
 * ```
 */
export function channelsClient(open: Open, options: ChannelsClientOptions = {}): ChannelsClient {
  return new Client(open, options);
}
