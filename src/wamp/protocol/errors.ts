/**
 * Errors as WAMP has them: a URI with arguments.
 *
 * @module
 */

import { FullduplexError } from "../../errors.ts";
import type { Dict, List, Uri } from "./messages.ts";
import { isUri } from "./uri.ts";

/**
 * The peer answered, or the handler answers, with an error: a URI, and what an application attaches to it.
 *
 * @throws TypeError for what is no URI: components without white space and `#`, separated by dots; for arguments that are no list.
 *
 * @example
 * ```ts
 * throw new WampError("com.example.error.out_of_stock", ["no apples left"], { left: 0 });
 * ```
 */
export class WampError<
  Args extends List = List,
  Kwargs extends Dict = Dict,
> extends FullduplexError {
  /** Such as `wamp.error.no_such_procedure`, or one of the application's own. */
  declare readonly uri: Uri;
  declare readonly args: Args | readonly [];
  declare readonly kwargs: Kwargs | Readonly<Record<string, never>>;

  constructor(uri: Uri, args?: Args, kwargs?: Kwargs, options?: ErrorOptions) {
    if (!isUri(uri)) throw new TypeError(`${JSON.stringify(uri)} is no URI`);
    if (args !== undefined && !Array.isArray(args)) throw new TypeError("args is a list");
    const [first] = args ?? [];
    super("ERR_WAMP", typeof first === "string" ? `${uri}: ${first}` : uri, options);
    this.uri = uri;
    this.args = args ?? [];
    this.kwargs = kwargs ?? {};
  }
}

/** The peer sent what it must not: the session is aborted with `wamp.error.protocol_violation`. Never leaves its session. */
export class Violation extends Error {}

export const ErrorUri = {
  AuthenticationDenied: "wamp.error.authentication_denied",
  AuthenticationFailed: "wamp.error.authentication_failed",
  AuthorizationFailed: "wamp.error.authorization_failed",
  Canceled: "wamp.error.canceled",
  DiscloseMeDisallowed: "wamp.error.option_disallowed.disclose_me",
  FeatureNotSupported: "wamp.error.feature_not_supported",
  /** Nothing that the specification knows, but what others answer. */
  HistoryUnavailable: "wamp.error.history_unavailable",
  InvalidArgument: "wamp.error.invalid_argument",
  InvalidUri: "wamp.error.invalid_uri",
  /** This router's own: a session has as much of something as it may have. */
  LimitExceeded: "fullduplex.error.limit_exceeded",
  NetworkFailure: "wamp.error.network_failure",
  NoAvailableCallee: "wamp.error.no_available_callee",
  NoMatchingAuthMethod: "wamp.error.no_matching_auth_method",
  NoSuchPrincipal: "wamp.error.no_such_principal",
  NoSuchProcedure: "wamp.error.no_such_procedure",
  NoSuchRealm: "wamp.error.no_such_realm",
  NoSuchRegistration: "wamp.error.no_such_registration",
  NoSuchRole: "wamp.error.no_such_role",
  NoSuchSession: "wamp.error.no_such_session",
  NoSuchSubscription: "wamp.error.no_such_subscription",
  NotAuthorized: "wamp.error.not_authorized",
  OptionNotAllowed: "wamp.error.option_not_allowed",
  PayloadSizeExceeded: "wamp.error.payload_size_exceeded",
  ProcedureAlreadyExists: "wamp.error.procedure_already_exists",
  ProtocolViolation: "wamp.error.protocol_violation",
  RuntimeError: "wamp.error.runtime_error",
  Timeout: "wamp.error.timeout",
  Unavailable: "wamp.error.unavailable",
} as const;

export const CloseUri = {
  CloseRealm: "wamp.close.close_realm",
  GoodbyeAndOut: "wamp.close.goodbye_and_out",
  Killed: "wamp.close.killed",
  /** Not in the specification's list, but what everybody sends. */
  Normal: "wamp.close.normal",
  SystemShutdown: "wamp.close.system_shutdown",
} as const;
