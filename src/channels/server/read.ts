/**
 * Reads of the engine, for clients and for backends.
 *
 * @module
 */

import type { Presence } from "../../engine/presence.ts";
import type { Streams } from "../../engine/streams.ts";
import { ErrorCode } from "../protocol/codes.ts";
import type { ClientInfo, HistoryRequest, HistoryResult } from "../protocol/messages.ts";
import { ChannelError } from "./errors.ts";
import { clientInfoText, decodePublication } from "./events.ts";

export async function readPresence(
  store: Presence,
  topic: string,
): Promise<ReadonlyMap<string, ClientInfo>> {
  const entries = await store.list(topic);
  return new Map(
    Array.from(entries, ([client, { info }]) => [client, clientInfoText.decode(info)]),
  );
}

/**
 * @throws ChannelError `UnrecoverablePosition` when `since` is of another epoch, `BadRequest` for a limit below -1.
 */
export async function readHistory(
  streams: Streams,
  topic: string,
  { limit = 0, since, reverse = false }: HistoryRequest,
): Promise<HistoryResult> {
  if (limit < -1) throw new ChannelError(ErrorCode.BadRequest);
  const from = since && { offset: since.offset ?? 0, epoch: since.epoch ?? "" };
  const { entries, offset, epoch } = await streams.read(topic, {
    since: from,
    limit: limit < 0 ? undefined : limit,
    reverse,
  });
  if (from && from.epoch !== "" && from.epoch !== epoch) {
    throw new ChannelError(ErrorCode.UnrecoverablePosition);
  }
  return { publications: entries.map(decodePublication), offset, epoch };
}
