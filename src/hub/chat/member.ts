/**
 * A person in the chat.
 *
 * @module
 */

import type { Connection } from "../../client/node/index.ts";
import type { ServerMessage } from "./protocol.ts";
import type { Room } from "./room.ts";

/** What a member needs of its connection. */
export type Port = Pick<Connection, "send" | "close">;

export class Member {
  readonly session: string;
  /** Only the chat changes it. */
  name: string;
  readonly rooms: Set<Room> = new Set();
  readonly port: Port;

  constructor(name: string, session: string, port: Port) {
    this.name = name;
    this.session = session;
    this.port = port;
  }

  /** Nothing waits for a slow peer: the connection's send queue is bounded. */
  tell(message: ServerMessage): void {
    void this.port.send(JSON.stringify(message));
  }
}
