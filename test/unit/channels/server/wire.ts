/**
 * What the tests of the server of channels share.
 *
 * @module
 */

import { createChannels } from "../../../../src/channels/server/create-channels.ts";
import type { Channels } from "../../../../src/channels/server/channels.ts";
import type { ChannelsOptions } from "../../../../src/channels/server/options.ts";
import type { Connection } from "../../../../src/connection/connection.ts";
import { pair } from "../../../../src/testing/pair.ts";

/** A client of a server, in JSON as it is on the wire. */
export function start(options: ChannelsOptions): { channels: Channels; client: Connection } {
  const channels = createChannels({ anonymous: true, ...options });
  const [client, connection] = pair();
  void channels.handler(connection);
  return { channels, client };
}

/** Sends a command, and takes what comes next for the answer. */
export async function ask(client: Connection, command: object): Promise<object> {
  await client.send(JSON.stringify(command));
  return JSON.parse((await client.recv()) as string) as object;
}
