/**
 * The numbers of the client protocol, which are those of Centrifugo's.
 *
 * @module
 */

/** What a command can be answered with instead of a result. */
export const ErrorCode = {
  Internal: 100,
  Unauthorized: 101,
  UnknownChannel: 102,
  PermissionDenied: 103,
  MethodNotFound: 104,
  AlreadySubscribed: 105,
  LimitExceeded: 106,
  BadRequest: 107,
  NotAvailable: 108,
  TokenExpired: 109,
  Expired: 110,
  TooManyRequests: 111,
  UnrecoverablePosition: 112,
  Conflict: 113,
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** Why a subscription was ended by the server: below 2500 for good, from there on the client subscribes again. */
export const UnsubscribeCode = {
  /** By the application, through the server API. */
  Server: 2000,
  /** The subscriber missed something: it has to recover. */
  InsufficientState: 2500,
  /** What allowed it has expired. */
  Expired: 2501,
} as const;

/** Why a connection was ended by the server: from 3500 to 3999, and from 4500 on, the client doesn't connect again. */
export const DisconnectCode = {
  Shutdown: 3001,
  ServerError: 3004,
  Expired: 3005,
  SubscriptionExpired: 3006,
  Slow: 3008,
  InsufficientState: 3010,
  ForceReconnect: 3011,
  NoPong: 3012,
  TooManyRequests: 3013,
  InvalidToken: 3500,
  BadRequest: 3501,
  /** It did not connect in time. */
  Stale: 3502,
  ForceNoReconnect: 3503,
  ConnectionLimit: 3504,
  ChannelLimit: 3505,
  InappropriateProtocol: 3506,
  PermissionDenied: 3507,
} as const;

/** Bits of `flag` in a subscribe command. */
export const SubscribeFlag = {
  /** Pushes may have a number instead of the channel's name; that is for the server to choose, and ours doesn't. */
  Compaction: 1,
  /** A position that can't be recovered is answered with an error. */
  Strict: 2,
} as const;

// Some of them on their own, so that the browser's client, which needs no others, doesn't carry the lists.
const INTERNAL: typeof ErrorCode.Internal = 100;
const TOO_MANY_REQUESTS: typeof ErrorCode.TooManyRequests = 111;
export const TOKEN_EXPIRED: typeof ErrorCode.TokenExpired = 109;
/** From here on a client whose subscription was ended subscribes again. */
export const SUBSCRIBE_AGAIN: typeof UnsubscribeCode.InsufficientState = 2500;
export const SUBSCRIPTION_EXPIRED: typeof UnsubscribeCode.Expired = 2501;

/** In the order of their codes, from the first one on. (The browser's client carries them: a list is shorter.) */
const MESSAGES: readonly string[] = [
  "internal server error",
  "unauthorized",
  "unknown channel",
  "permission denied",
  "method not found",
  "already subscribed",
  "limit exceeded",
  "bad request",
  "not available",
  "token expired",
  "expired",
  "too many requests",
  "unrecoverable position",
  "conflict",
];

/** The usual text of an error. */
export function errorMessage(code: number): string {
  return MESSAGES[code - INTERNAL] ?? "error";
}

/** Whether trying again later may help. */
export function isTemporary(code: number): boolean {
  return code === INTERNAL || code === TOO_MANY_REQUESTS;
}
