/**
 * `fullduplex hub`: all of this package on one port.
 *
 * @module
 */

import type { Arguments, CommandSpec } from "./arguments.ts";
import type { Io } from "./io.ts";
import type { Hub } from "../hub/hub.ts";
import type { GeneratedKeys } from "../hub/keys.ts";
import { LISTEN_OPTIONS, logTo, readListen, serveUntilSignal } from "./serving.ts";

export const HUB: CommandSpec = {
  name: "hub",
  summary:
    "Run the hub: a chat, a to-do list, an echo server, a WAMP router, and a page that leads to them.",
  operands: [],
  options: {
    port: {
      value: "number",
      help: "The port to listen on; 0 for any that is free. Default: 8080.",
    },
    host: LISTEN_OPTIONS.host,
    "wamp-rawsocket": {
      value: "number",
      help: "A port for WAMP by RawSocket too, on the same host; 0 for any that is free.",
    },
    demos: {
      help: "Open the demos to whoever can reach the address: chat, to-do list, echo, WAMP. On loopback they are.",
    },
  },
  notes:
    "The environment has the keys: FULLDUPLEX_API_KEY for backends (several with commas between them), and\n" +
    "FULLDUPLEX_TOKEN_SECRET, which signs the tokens of clients; 32 characters or more each. Without them\n" +
    "new ones are made up and printed. SIGINT and SIGTERM close the connections, and the server.",
};

/** Resolves with the exit code. */
export async function hubCommand(given: Arguments, io: Io): Promise<number> {
  const options = {
    ...readListen(given),
    ...(given.has("demos") && { demos: true }),
    wampRawSocket: given.integer("wamp-rawsocket", 0, 65_535),
    ...readKeys(io),
  };
  // The other commands don't need it.
  const { startHub } = await import("../hub/hub.ts");
  return serveUntilSignal(io, async () => {
    const hub = await startHub({ ...options, logger: logTo(io) });
    const notes = [...describeRawSocket(hub.rawSocket), ...describeKeys(hub.generated)];
    return { url: hub.url, notes, close: () => hub.close() };
  });
}

/** An empty variable is one that is not set, as in files for containers. */
function readKeys({ env }: Io): { apiKeys?: readonly string[]; tokenSecret?: string } {
  const { FULLDUPLEX_API_KEY: keys = "", FULLDUPLEX_TOKEN_SECRET: secret = "" } = env;
  return {
    ...(keys !== "" && { apiKeys: keys.split(",").map((key) => key.trim()) }),
    ...(secret !== "" && { tokenSecret: secret }),
  };
}

function describeRawSocket(address: Hub["rawSocket"]): string[] {
  if (address?.port === undefined) return [];
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return [`RawSocket: ${host}:${address.port}`];
}

/** Only those that nobody knows yet: what was given is a secret. */
function describeKeys({ apiKey, tokenSecret }: GeneratedKeys): string[] {
  const notes: string[] = [];
  if (apiKey !== undefined) notes.push(`API key: ${apiKey}`);
  if (tokenSecret !== undefined) notes.push(`token secret: ${tokenSecret}`);
  return notes;
}
