/**
 * The URIs of errors (WAMP specification, "Error Handling" and "Predefined URIs"). Import the module as
 * `ErrorUri`: a page loads only those that it uses.
 *
 * @module
 */

export const AuthenticationDenied = "wamp.error.authentication_denied";
export const AuthenticationFailed = "wamp.error.authentication_failed";
export const AuthorizationFailed = "wamp.error.authorization_failed";
export const Canceled = "wamp.error.canceled";
export const DiscloseMeDisallowed = "wamp.error.option_disallowed.disclose_me";
export const FeatureNotSupported = "wamp.error.feature_not_supported";
/** Nothing that the specification knows, but what others answer. */
export const HistoryUnavailable = "wamp.error.history_unavailable";
export const InvalidArgument = "wamp.error.invalid_argument";
export const InvalidUri = "wamp.error.invalid_uri";
/** This router's own: a session has as much of something as it may have. */
export const LimitExceeded = "fullduplex.error.limit_exceeded";
export const NetworkFailure = "wamp.error.network_failure";
export const NoAvailableCallee = "wamp.error.no_available_callee";
export const NoMatchingAuthMethod = "wamp.error.no_matching_auth_method";
export const NoSuchPrincipal = "wamp.error.no_such_principal";
export const NoSuchProcedure = "wamp.error.no_such_procedure";
export const NoSuchRealm = "wamp.error.no_such_realm";
export const NoSuchRegistration = "wamp.error.no_such_registration";
export const NoSuchRole = "wamp.error.no_such_role";
export const NoSuchSession = "wamp.error.no_such_session";
export const NoSuchSubscription = "wamp.error.no_such_subscription";
export const NotAuthorized = "wamp.error.not_authorized";
export const OptionNotAllowed = "wamp.error.option_not_allowed";
export const PayloadSizeExceeded = "wamp.error.payload_size_exceeded";
export const ProcedureAlreadyExists = "wamp.error.procedure_already_exists";
export const ProtocolViolation = "wamp.error.protocol_violation";
export const RuntimeError = "wamp.error.runtime_error";
export const Timeout = "wamp.error.timeout";
export const Unavailable = "wamp.error.unavailable";
