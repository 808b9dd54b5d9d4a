/**
 * `fullduplex hub`: all of this package on one port.
 *
 * @module
 */

import type { Arguments, CommandSpec } from "./arguments.ts";
import type { Io } from "./io.ts";
import { LISTEN_OPTIONS, logTo, readListen, serveUntilSignal } from "./serving.ts";

export const HUB: CommandSpec = {
  name: "hub",
  summary: "Run the hub: a chat, an echo server, and a page that leads to them.",
  operands: [],
  options: {
    port: {
      value: "number",
      help: "The port to listen on; 0 for any that is free. Default: 8080.",
    },
    host: LISTEN_OPTIONS.host,
    demos: {
      help: "Open the chat and the echo to whoever can reach the address. On loopback they are.",
    },
  },
  notes: "SIGINT and SIGTERM close the connections, and the server.",
};

/** Resolves with the exit code. */
export async function hubCommand(given: Arguments, io: Io): Promise<number> {
  const options = { ...readListen(given), ...(given.has("demos") && { demos: true }) };
  // The other commands don't need it.
  const { startHub } = await import("../hub/hub.ts");
  return serveUntilSignal(io, () => startHub({ ...options, logger: logTo(io) }));
}
