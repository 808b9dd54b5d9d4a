/**
 * `fullduplex echo`: a server that sends back whatever comes, for testing clients.
 *
 * @module
 */

import { serve } from "../server/index.ts";
import type { ServeOptions, ServerConnection } from "../server/index.ts";
import type { Arguments, CommandSpec } from "./arguments.ts";
import type { Io } from "./io.ts";
import { LISTEN_OPTIONS, logTo, readListen, serveUntilSignal } from "./serving.ts";

const MAX_MESSAGE = 16 * 1024 * 1024;

/** Replies to what came right before a close are sent, rather than waiting for a slow client, up to this size. */
const HIGH_WATER_MARK = 1024 * 1024;

/** How long a client's part in closing may take, in milliseconds. */
const CLOSE_TIMEOUT = 2000;

export const ECHO: CommandSpec = {
  name: "echo",
  summary: "Run a server that sends back every message, of up to 16 MiB.",
  operands: [],
  options: {
    ...LISTEN_OPTIONS,
    path: { value: "path", help: "Listen on a Unix socket instead." },
    compress: { help: "Accept compression, with all of its parameters." },
  },
  notes: `Pages of any origin may connect. SIGINT and SIGTERM close the connections, and the server.`,
};

/** Resolves with the exit code. */
export function echoCommand(given: Arguments, io: Io): Promise<number> {
  const path = given.text("path");
  given.atMostOneOf("path", "port");
  given.atMostOneOf("path", "host");
  const options: ServeOptions = {
    ...(path === undefined ? readListen(given) : { path }),
    origins: "any",
    maxMessage: MAX_MESSAGE,
    highWaterMark: HIGH_WATER_MARK,
    compression: given.has("compress") && {
      serverContextTakeover: true,
      clientContextTakeover: true,
      threshold: 0,
    },
    logger: logTo(io),
  };
  return serveUntilSignal(io, async () => {
    const server = await serve(echo, options);
    return { url: server.url, close: () => server.close({ timeout: CLOSE_TIMEOUT }) };
  });
}

function echo(connection: ServerConnection): Promise<void> {
  return connection.forEach((message) => connection.send(message));
}
