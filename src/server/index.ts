/**
 * `fullduplex/server`: WebSocket servers for Node, on a port of their own or beside an application.
 *
 * @module
 */

export { basicAuth, bearerAuth, safeEqual } from "./auth.ts";
export type {
  AuthChallenge,
  AuthHook,
  BasicAuthOptions,
  BasicCredentials,
  BearerAuthOptions,
  Nothing,
} from "./auth.ts";
export { broadcast } from "./broadcast.ts";
export type { BroadcastOptions } from "./broadcast.ts";
export type {
  Acceptance,
  Awaitable,
  Handler,
  HandshakeResult,
  OnHandshake,
  Routes,
  ServerConnection,
} from "./handler.ts";
export type { HandshakeRequest, TlsFacts } from "./handshake-request.ts";
export { httpListener } from "./http-listener.ts";
export type { HttpListenerOptions } from "./http-listener.ts";
export type { Logger } from "./logger.ts";
export type { AdmissionOptions, LimitOptions, ListenOptions, ServeOptions } from "./options.ts";
export type { Origins } from "../http/origin.ts";
export { serve } from "./serve.ts";
export type { ServeOptionsWithData } from "./serve.ts";
export type { Server } from "./server.ts";
export type { ShutdownOptions } from "./shutdown.ts";
export type { HttpHandler, HttpPeer } from "../http/handler.ts";
export type { PathParams, RoutePath } from "../http/routes.ts";
