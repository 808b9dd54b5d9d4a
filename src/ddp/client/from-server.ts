/**
 * The messages of a server, which may be anything.
 *
 * @module
 */

import { isPlainObject } from "../protocol/fields.ts";
import type { ServerMessage } from "../protocol/messages.ts";
import { BadMessage, isStrings, readMessage } from "../protocol/read-message.ts";
import type { AnyMessage } from "../protocol/read-message.ts";

/** @throws BadMessage for what no server sends. */
export function readServerMessage(text: string): ServerMessage {
  const { message } = readMessage(text);
  const { msg } = message;
  if (typeof msg !== "string" || CHECKS.get(msg)?.(message) !== true) {
    throw new BadMessage(`no message of a server: ${String(msg)}`);
  }
  return message as unknown as ServerMessage;
}

type Check = (message: AnyMessage) => boolean;

const isDocument: Check = ({ collection, id }) =>
  typeof collection === "string" && typeof id === "string";

const hasFields: Check = (message) =>
  isDocument(message) && (message["fields"] === undefined || isPlainObject(message["fields"]));

const isAny: Check = () => true;

/** By type of message: whether one is what it says. */
const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ["connected", ({ session }) => typeof session === "string"],
  ["failed", isAny],
  ["ping", isAny],
  ["pong", isAny],
  ["added", hasFields],
  ["changed", hasFields],
  ["removed", isDocument],
  ["addedBefore", hasFields],
  ["movedBefore", isDocument],
  ["ready", ({ subs }) => isStrings(subs)],
  ["nosub", isAny],
  ["result", ({ id }) => typeof id === "string"],
  ["updated", ({ methods }) => isStrings(methods)],
  ["error", isAny],
]);
