/**
 * Messages as SockJS takes them: it carries text only.
 *
 * @module
 */

import { PreparedMessage } from "../../connection/prepared-message.ts";
import type { Message } from "../../connection/transport.ts";

/** @throws TypeError for bytes that are not sent as text. */
function toText(message: Message | PreparedMessage, isText: boolean | undefined): string {
  const { data, text } =
    message instanceof PreparedMessage ? message : { data: message, text: isText === true };
  if (typeof data === "string") return data;
  if (text) return new TextDecoder("utf-8", { ignoreBOM: true }).decode(data);
  throw new TypeError("SockJS carries no bytes: send text");
}

/** What `make` makes of a message; for one that is prepared it does so once, however many connections it goes to. */
export function derive<Made>(
  message: Message | PreparedMessage,
  isText: boolean | undefined,
  key: string,
  make: (text: string) => Made,
): Made {
  if (!(message instanceof PreparedMessage)) return make(toText(message, isText));
  const known = message.derived.get(key) as Made | undefined;
  if (known !== undefined) return known;
  const made = make(toText(message, isText));
  message.derived.set(key, made);
  return made;
}
