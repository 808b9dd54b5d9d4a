/**
 * Making a client of DDP.
 *
 * @module
 */

import { Client } from "./client.ts";
import type { DdpClient, DdpClientOptions, Open } from "./types.ts";

/**
 * Makes a client of DDP over the connections that `open` opens, and connects. Close it when it is no longer needed, with `close` or
 * `await using`.
 *
 * Connecting begins after this has returned. It connects again by itself after a random delay whose bound doubles from attempt to
 * attempt, until it is closed, or the server refuses: with a 4xx status, or because it speaks no version of DDP that is known here.
 * Subscriptions and calls go on; a call is sent again until its result has come, which a server that keeps sessions (such as
 * `fullduplex/ddp/server`) runs once all the same.
 *
 * @throws TypeError for what is no function, such as an address.
 *
 * @example
 * ```ts
 * await using client = ddpClient(({ signal }) => connect("ws://localhost:3000/websocket", { signal }));
 * const tasks = client.collection<{ _id: string; text: string }>("tasks");
 * client.methods({ addTask: (_simulation, text: string) => void tasks.insert({ text }) });
 * client.subscribe("tasks");
 * await client.call("addTask", "milk"); // it is in `tasks` at once
 * for await (const all of tasks.find()) console.log(all);
 * ```
 */
export function ddpClient(open: Open, options: DdpClientOptions = {}): DdpClient {
  if (typeof open !== "function") {
    throw new TypeError("ddpClient takes a function that connects, such as () => connect(url)");
  }
  return new Client(open, options);
}
