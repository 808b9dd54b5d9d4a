/**
 * What comes over the wire, as applications see it: there, what is empty is left out. And data that goes over it.
 *
 * @module
 */

import type { ClientInfo, Payload, Publication } from "./types.ts";
import type { WireInfo, WirePublication } from "./wire.ts";

export function toPublication<T>({ data, offset, info, tags }: WirePublication): Publication<T> {
  return { type: "publication", data: data as T, offset, info: info && toInfo(info), tags };
}

export function toInfo(info: WireInfo): ClientInfo {
  return { user: "", ...info };
}

/** What JSON holds of `data`, so that nothing can be wrong with it later. Throws a TypeError when it can't be held. */
export function copyJson(data: Payload | undefined): Payload | undefined {
  return data === undefined ? data : (JSON.parse(JSON.stringify(data)) as Payload);
}

/** By the ids of clients. */
export function toMembers(
  members: Readonly<Record<string, WireInfo>> = {},
): ReadonlyMap<string, ClientInfo> {
  return new Map(Object.entries(members).map(([client, info]) => [client, toInfo(info)]));
}
