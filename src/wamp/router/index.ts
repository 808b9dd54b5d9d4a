/**
 * `fullduplex/wamp/router`: the router of WAMP.
 *
 * @module
 */

export { anonymous } from "./authentication/anonymous.ts";
export type { Authenticator, Introduction, Step } from "./authentication/authenticator.ts";
export { byProcedure } from "./authentication/by-procedure.ts";
export type { Caller } from "./authentication/by-procedure.ts";
export { cookie } from "./authentication/cookie.ts";
export type {
  CookieIntroduction,
  CookieOptions,
  CookiePrincipal,
} from "./authentication/cookie.ts";
export { cryptosign } from "./authentication/cryptosign.ts";
export type {
  CryptosignIntroduction,
  CryptosignOptions,
  CryptosignPrincipal,
} from "./authentication/cryptosign.ts";
export { inSteps } from "./authentication/in-steps.ts";
export { limitAttempts } from "./authentication/limit-attempts.ts";
export type { AttemptLimits } from "./authentication/limit-attempts.ts";
export type {
  FindPrincipal,
  PrincipalFacts,
  Principals,
  PrincipalTable,
} from "./authentication/principals.ts";
export { scram } from "./authentication/scram.ts";
export type { ScramOptions, ScramPrincipal } from "./authentication/scram.ts";
export { ticket } from "./authentication/ticket.ts";
export type {
  TicketIntroduction,
  TicketOptions,
  TicketPrincipal,
} from "./authentication/ticket.ts";
export { tls } from "./authentication/tls.ts";
export type {
  CertificatePrincipal,
  ClientCertificate,
  TlsIntroduction,
  TlsOptions,
} from "./authentication/tls.ts";
export { wampcra } from "./authentication/wampcra.ts";
export type { WampcraOptions, WampcraPrincipal } from "./authentication/wampcra.ts";
export { scramCredentials } from "../authentication/scram.ts";
export type { Argon2Cost, Argon2id } from "../authentication/argon2.ts";
export type {
  Kdf,
  ScramCost,
  ScramCredentials,
  ScramDialect,
  ScramParameters,
} from "../authentication/scram.ts";
export { wampcraSecret } from "../authentication/wampcra.ts";
export type { WampcraSalting } from "../authentication/wampcra.ts";
export { allowAll } from "./authorization/allow-all.ts";
export { askFunction, askProcedure } from "./authorization/ask.ts";
export type { Answer, AskOptions, AskProcedureOptions, Decide } from "./authorization/ask.ts";
export { permissions } from "./authorization/permissions.ts";
export type { Permission, PermissionsOptions } from "./authorization/permissions.ts";
export type {
  Action,
  AuthorizationRequest,
  Authorizer,
  Decision,
} from "./authorization/authorizer.ts";
export { createRouter } from "./create-router.ts";
export type { DirectIdentity, Router } from "./create-router.ts";
export type { RealmStatistics } from "./router.ts";
export type {
  HistoryOptions,
  Logger,
  RealmOptions,
  RetentionOptions,
  RouterOptions,
} from "./options.ts";
export type { HttpHandler, HttpPeer } from "../../http/handler.ts";
export type {
  BridgeClient,
  BridgePrincipal,
  KeyClient,
  SigningClient,
} from "./http/bridge-clients.ts";
export type { BridgeRouter } from "./http/bridge-sessions.ts";
export { createHttpBridge } from "./http/create-http-bridge.ts";
export type { HttpBridgeOptions } from "./http/create-http-bridge.ts";
export type { Principal } from "./principal.ts";
export type { LinkFacts } from "../protocol/link.ts";
export type { Dict, Id, List, MatchPolicy, Uri } from "../protocol/messages.ts";
