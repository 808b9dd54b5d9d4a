/**
 * What publications need of their session.
 *
 * @module
 */

import type { PreparedMessage } from "../../../connection/prepared-message.ts";
import type { ServerMessage } from "../../protocol/messages.ts";
import type { DdpConnection } from "../connection.ts";
import type { Logger } from "../../../util/logger.ts";
import type { Publications } from "./publications.ts";

export interface PublicationHost {
  readonly connection: DdpConnection;
  readonly userId: string | null;
  readonly logger: Logger;
  readonly publications: Publications;
  /** In order; nothing once the session has ended. */
  send(message: ServerMessage): void;
  /** The same, for a message that is written; prepared, if many sessions send it. */
  sendText(message: string | PreparedMessage): void;
  /** Resolves when all others had their turn of the event loop. */
  nextTurn(): Promise<void>;
}
