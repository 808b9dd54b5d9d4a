/**
 * An encoding of the client protocol.
 *
 * @module
 */

import type { Message } from "../../connection/transport.ts";
import type { Command, Reply } from "./messages.ts";

/** What came is not of the protocol. */
export class MalformedError extends Error {}

/** Both ends: clients encode commands and decode replies, servers the other way around. A frame holds several. */
export interface Codec {
  readonly name: "json" | "protobuf";
  /** @throws MalformedError */
  decodeCommands(frame: Message): Command[];
  /** @throws MalformedError */
  decodeReplies(frame: Message): Reply[];
  encodeCommands(commands: readonly Command[]): Message;
  encodeReplies(replies: readonly Reply[]): Message;
}
