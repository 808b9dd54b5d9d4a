/**
 * `fullduplex/wamp/router`: the router of WAMP.
 *
 * @module
 */

export { anonymous } from "./authentication/anonymous.ts";
export type { Authenticator, Introduction, Step } from "./authentication/authenticator.ts";
export type {
  Action,
  AuthorizationRequest,
  Authorizer,
  Decision,
} from "./authorization/authorizer.ts";
export { createRouter } from "./create-router.ts";
export type { DirectIdentity, Router } from "./create-router.ts";
export type { HttpHandler, HttpPeer } from "../../http/handler.ts";
export type {
  BridgeClient,
  BridgePrincipal,
  KeyClient,
  SigningClient,
} from "./http/bridge-clients.ts";
export { createHttpBridge } from "./http/create-http-bridge.ts";
export type { HttpBridgeOptions } from "./http/create-http-bridge.ts";
export type { Logger, RealmOptions, RouterOptions } from "./options.ts";
export type { Principal } from "./principal.ts";
