/**
 * `fullduplex/wamp`: the client of WAMP, for every platform.
 *
 * @module
 */

export { joinRealm, wampClient } from "./wamp-client.ts";
export { WampResult } from "./result.ts";
export type {
  Answer,
  Attempt,
  Authentication,
  AuthenticationContext,
} from "./authentication/authentication.ts";
export type { Argon2Cost, Argon2id } from "../authentication/argon2.ts";
export type { ChannelBinding } from "../authentication/channel-binding.ts";
export type { ScramDialect } from "../authentication/scram.ts";
export { cryptosign } from "./authentication/cryptosign.ts";
export type { CryptosignOptions } from "./authentication/cryptosign.ts";
export { anonymous, cookie, tls } from "./authentication/implicit.ts";
export { scram } from "./authentication/scram.ts";
export type { ScramOptions } from "./authentication/scram.ts";
export type { ScramLimits } from "./authentication/scram-challenge.ts";
export { ticket } from "./authentication/ticket.ts";
export type { TicketOptions } from "./authentication/ticket.ts";
export { wampcra } from "./authentication/wampcra.ts";
export type { WampcraOptions } from "./authentication/wampcra.ts";
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
