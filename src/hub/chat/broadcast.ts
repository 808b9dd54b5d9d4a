/**
 * One message to many members, made once.
 *
 * @module
 */

import { prepare } from "../../client/node/index.ts";
import type { SendOptions } from "../../client/node/index.ts";
import type { Member } from "./member.ts";
import type { ServerMessage } from "./protocol.ts";

export function broadcast(
  members: Iterable<Member>,
  message: ServerMessage,
  options?: SendOptions,
): void {
  const prepared = prepare(JSON.stringify(message));
  for (const { port } of members) void port.send(prepared, options);
}
