/**
 * `fullduplex/wamp`: the client of WAMP, for every platform.
 *
 * @module
 */

export { joinRealm, wampClient } from "./wamp-client.ts";
export { WampResult } from "./result.ts";
export { WampError } from "../protocol/errors.ts";
export { json } from "../protocol/json.ts";
export type { Serializer } from "../protocol/serializer.ts";
export type { Api, Untyped } from "./api.ts";
export type {
  CallOptions,
  CallResult,
  ClientStatus,
  Data,
  ErrorContext,
  Event,
  EventHandler,
  EventStream,
  EventsOptions,
  Invocation,
  JoinOptions,
  Open,
  OpenContext,
  PatternOptions,
  ProcedureHandler,
  ProgressOptions,
  ProgressiveCall,
  PublishOptions,
  RegisterOptions,
  Registration,
  SessionInfo,
  SubscribeOptions,
  Subscription,
  WaitOptions,
  WampClient,
  WampClientOptions,
} from "./types.ts";
export type { BackoffOptions } from "../../connection/backoff.ts";
export type { Clock, Timer } from "../../util/clock.ts";
