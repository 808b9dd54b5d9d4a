/**
 * What happens in a channel, as it goes over the bus and as it goes to subscribers.
 *
 * @module
 */

import type { Message } from "../../connection/transport.ts";
import { prepare } from "../../connection/prepared-message.ts";
import type { PreparedMessage } from "../../connection/prepared-message.ts";
import type { Codec } from "../protocol/codec.ts";
import type { ClientInfo, Data, Publication, Push } from "../protocol/messages.ts";

/** What is published: to the bus without its place in the history, which the engine gives. */
export type ChannelEvent =
  | {
      readonly type: "publication";
      readonly publication: Publication;
      readonly exclude: string | undefined;
    }
  | { readonly type: "join" | "leave"; readonly info: ClientInfo };

/** An event on its way to the subscribers of this node; encoded once for each encoding. */
export class Delivery {
  readonly channel: string;
  readonly event: ChannelEvent;
  readonly offset: number | undefined;
  /** What it counts for while it waits, in UTF-16 units. */
  readonly size: number;
  #frames: Map<string, PreparedMessage> | undefined;

  constructor(channel: string, event: ChannelEvent, offset: number | undefined, size: number) {
    this.channel = channel;
    this.event = event;
    this.offset = offset;
    this.size = size;
  }

  get push(): Push {
    const { channel, event, offset } = this;
    if (event.type === "publication") return { channel, pub: { ...event.publication, offset } };
    const { info } = event;
    return event.type === "join" ? { channel, join: { info } } : { channel, leave: { info } };
  }

  frame(codec: Codec): PreparedMessage {
    this.#frames ??= new Map();
    const known = this.#frames.get(codec.name);
    if (known) return known;
    const message: Message = codec.encodeReplies([{ push: this.push }]);
    const frame = prepare(message);
    this.#frames.set(codec.name, frame);
    return frame;
  }
}

/** As it is on the bus and in the history. Bytes are in base64 there. */
interface Envelope {
  /** The type's first letter; a publication has none. */
  readonly t?: "j" | "l";
  readonly d?: string;
  readonly b?: string;
  readonly i?: readonly [user: string, client: string, conn: EncodedData, chan: EncodedData];
  readonly g?: readonly (readonly [string, string])[];
  readonly x?: string;
}

/** Bytes are in base64 where text is wanted. */
export type EncodedData = string | readonly [base64: string] | null;

export function encodeEvent(event: ChannelEvent): string {
  if (event.type !== "publication") {
    const envelope: Envelope = { t: event.type === "join" ? "j" : "l", i: encodeInfo(event.info) };
    return JSON.stringify(envelope);
  }
  const { data, info, tags } = event.publication;
  const envelope: Envelope = {
    ...(typeof data === "string" ? { d: data } : { b: Buffer.from(data).toString("base64") }),
    ...(info && { i: encodeInfo(info) }),
    ...(tags && tags.size > 0 && { g: [...tags] }),
    ...(event.exclude !== undefined && { x: event.exclude }),
  };
  return JSON.stringify(envelope);
}

export function decodeEvent(text: string): ChannelEvent {
  const { t, d, b, i, g, x } = JSON.parse(text) as Envelope;
  if (t)
    return {
      type: t === "j" ? "join" : "leave",
      info: decodeInfo(i as NonNullable<Envelope["i"]>),
    };
  const publication: Publication = {
    data: d ?? Buffer.from(b ?? "", "base64"),
    ...(i && { info: decodeInfo(i) }),
    ...(g && { tags: new Map(g) }),
  };
  return { type: "publication", publication, exclude: x };
}

/** The publications among what the history holds, with their offsets. */
export function decodePublication(entry: { offset: number; data: string }): Publication {
  const event = decodeEvent(entry.data);
  if (event.type !== "publication") throw new Error("the history holds publications only");
  return { ...event.publication, offset: entry.offset };
}

function encodeInfo({
  user,
  client,
  conn_info,
  chan_info,
}: ClientInfo): NonNullable<Envelope["i"]> {
  return [user, client, encodeData(conn_info), encodeData(chan_info)];
}

function decodeInfo([user, client, conn, chan]: NonNullable<Envelope["i"]>): ClientInfo {
  return { user, client, conn_info: decodeData(conn), chan_info: decodeData(chan) };
}

export function encodeData(data: Data | undefined): EncodedData {
  if (data === undefined) return null;
  return typeof data === "string" ? data : [Buffer.from(data).toString("base64")];
}

export function decodeData(data: EncodedData | undefined): Data | undefined {
  if (data === null || data === undefined) return undefined;
  return typeof data === "string" ? data : Buffer.from(data[0] ?? "", "base64");
}

/** What presence keeps of a client, and back. */
export const clientInfoText = {
  encode: (info: ClientInfo): string => JSON.stringify(encodeInfo(info)),
  decode: (text: string): ClientInfo => decodeInfo(JSON.parse(text) as NonNullable<Envelope["i"]>),
};
