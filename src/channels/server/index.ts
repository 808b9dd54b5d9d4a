/**
 * `fullduplex/channels/server`: publish and subscribe, with presence, history and recovery.
 *
 * @module
 */

export { createApi } from "./api/create-api.ts";
export type { ApiOptions } from "./api/create-api.ts";
export { eventSender } from "./backend/event-sender.ts";
export type { EventSender, EventStats } from "./backend/event-sender.ts";
export type { EventSenderOptions } from "./backend/event-sender-options.ts";
export { httpHooks } from "./backend/http-hooks.ts";
export type {
  HttpHookOptions,
  HttpHooks,
  HttpHooksOptions,
  HttpRpcOptions,
} from "./backend/http-hooks.ts";
export type { EndpointStats } from "./backend/endpoint.ts";
export type { HeaderOptions } from "./backend/forwarded-headers.ts";
export type { Fetch } from "./backend/post.ts";
export { verifySignature } from "../../http/signature.ts";
export type { VerifyOptions } from "../../http/signature.ts";
export type {
  Channels,
  ConnectionFacts,
  HistoryQuery,
  NodeInfo,
  PublishOptions,
} from "./channels.ts";
export { createChannels } from "./create-channels.ts";
export type { StreamingOptions, StreamRequest } from "./emulation/streaming.ts";
export { ChannelError, DisconnectError } from "./errors.ts";
export type {
  Awaitable,
  ChannelsEvent,
  ClientFacts,
  ConnectEvent,
  ConnectionClaims,
  Extension,
  Hooks,
  Identity,
  MessageEvent,
  PublishEvent,
  PublishGrant,
  RpcEvent,
  ServerSubscription,
  SubscribeEvent,
  SubscribeGrant,
  SubscriptionClaims,
  TokenVerifier,
} from "./hooks.ts";
export type { Access, AccessOptions, HistoryOptions, NamespaceOptions } from "./namespaces.ts";
export type { ChannelsOptions } from "./options.ts";
export type { ClientFilter } from "./registry.ts";
export type { Logger } from "./session-server.ts";
export type { PublicJwk, TokenAlgorithm, TokenVerifierOptions } from "./tokens/options.ts";
export { tokenVerifier } from "./tokens/token-verifier.ts";
export type { HttpHandler, HttpPeer } from "../../http/handler.ts";
export type { Origins } from "../../http/origin.ts";
export type { ClientInfo, Data, HistoryResult, Publication } from "../protocol/messages.ts";
