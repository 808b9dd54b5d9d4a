/**
 * What no serializer would send.
 *
 * @module
 */

import * as MessageType from "../protocol/message-type.ts";
import type { List } from "../protocol/messages.ts";
import type { Serializer } from "../protocol/serializer.ts";
import { fromHex } from "./placeholders.ts";

export const RAW_KINDS = ["malformed", "truncated", "empty", "wrong-frame"] as const;

type RawKind = (typeof RAW_KINDS)[number];

/** Something else than a message; or text as it is, but for `$uri`. */
export type Raw = RawKind | { readonly text: string };

/** What isn't of the format at all, by serializer. */
const MALFORMED: Readonly<Record<string, string | Uint8Array>> = {
  json: "[32, 1, {}, ",
  msgpack: fromHex("c1"),
  cbor: fromHex("ff"),
};

const MESSAGE: List = [MessageType.Subscribe, 1, {}, "conformance.open.raw"];

export function rawData(raw: RawKind, serializer: Serializer): string | Uint8Array {
  const whole = serializer.encode(MESSAGE);
  switch (raw) {
    case "malformed":
      return MALFORMED[serializer.name] ?? "";
    case "truncated":
      return whole.slice(0, -1);
    case "empty":
      return whole.slice(0, 0);
    default:
      return typeof whole === "string" ? utf8(whole) : JSON.stringify(MESSAGE);
  }
}

/** (The message is ASCII.) */
function utf8(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
