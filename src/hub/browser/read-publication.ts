/**
 * What is published in a room, as the page takes it: backends may publish anything.
 *
 * @module
 */

import type { ClientInfo, Publication } from "../../channels/client/index.ts";
import type { Renamed } from "../chat/protocol.ts";

/** Something that was said. */
export interface ChatMessage {
  /** Tells it apart from all others. */
  readonly key: string;
  readonly name: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** Who publishes without a name. */
const NOBODY = "Somebody";

/** Where a publication stands, and what the time is when nothing in it says so. */
export interface Place {
  readonly epoch: string;
  readonly now: number;
}

export function readMessage(
  { data, info, offset }: Publication,
  { epoch, now }: Place,
): ChatMessage {
  const { key, name, text, time } = fieldsOf(data);
  // (What has no place was never published before, and will not be again.)
  const place = offset === undefined ? `${epoch}:${now}:${Math.random()}` : `${epoch}:${offset}`;
  return {
    key: asText(key) ?? place,
    name: info ? nameOf(info) : (asText(name) ?? NOBODY),
    text: asText(text) ?? asText(data) ?? JSON.stringify(data),
    time: isTime(time) ? time : now,
  };
}

/** What somebody is called from now on, if that is what was published. */
export function readRenamed({ data, info }: Publication): Renamed["renamed"] | undefined {
  // Only the server says so.
  if (info) return undefined;
  const { client, from, to } = fieldsOf(fieldsOf(data)["renamed"]);
  const isWhole = typeof client === "string" && typeof from === "string" && typeof to === "string";
  return isWhole ? { client, from, to } : undefined;
}

/** The name of somebody in presence, or who says something. */
export function nameOf({ conn_info: person, user }: ClientInfo): string {
  return asText(fieldsOf(person)["name"]) ?? asText(user) ?? NOBODY;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function asText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** One that a `Date` can be made of. */
function isTime(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) <= 8.64e15;
}
