/**
 * `fullduplex/channels`: the client of channels, for every platform.
 *
 * @module
 */

export { channelsClient } from "./channels-client.ts";
export { ChannelError } from "../server/errors.ts";
export type {
  CallOptions,
  ChannelsClient,
  ChannelsClientOptions,
  ClientInfo,
  ClientStatus,
  Gap,
  GetToken,
  ChannelHistory,
  HistoryOptions,
  Members,
  Open,
  Payload,
  Publication,
  SubscribeOptions,
  Subscription,
} from "./types.ts";
export type { StreamPosition } from "../../engine/position.ts";
export type { BackoffOptions } from "../../connection/backoff.ts";
export type { Clock, Timer } from "../../util/clock.ts";
