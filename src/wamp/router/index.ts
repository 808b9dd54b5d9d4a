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
export type { RealmStatistics } from "./router.ts";
export type {
  HistoryOptions,
  Logger,
  RealmOptions,
  RetentionOptions,
  RouterOptions,
} from "./options.ts";
export type { Principal } from "./principal.ts";
