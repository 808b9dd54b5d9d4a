/**
 * The messages of WAMP as they are on the wire: lists whose first element is the type. Nothing is translated between the wire
 * and the code; {@link parseMessage} of `parse.ts` is what makes a `Message` of anything.
 *
 * @module
 */

import { isEmpty } from "./dict.ts";
import type * as MessageType from "./message-type.ts";

export type Dict = Readonly<Record<string, unknown>>;
export type List = readonly unknown[];
/** 1 to 2^53, both inclusive. */
export type Id = number;
export type Uri = string;

/** The optional end of messages that carry an application's data. */
export type Payload = readonly [args?: List, kwargs?: Dict];

/** How URIs in subscriptions and registrations match. Default: `exact`. */
export type MatchPolicy = "exact" | "prefix" | "wildcard";
/** Which callee of a shared registration gets a call. Default: `single`, where there is only one. */
export type InvokePolicy = "single" | "roundrobin" | "random" | "first" | "last";
/** What canceling a call does to the invocation. */
export type CancelMode = "skip" | "kill" | "killnowait";

export type RoleName = "publisher" | "subscriber" | "caller" | "callee" | "broker" | "dealer";
/** What each role announces that it can do: `features` by name. */
export type Roles = Readonly<Partial<Record<RoleName, RoleDetails>>>;
export interface RoleDetails {
  readonly features?: Readonly<Record<string, unknown>> | undefined;
}

/** Attributes of a payload that the router doesn't look into ("Payload Passthru Mode"). */
export interface PayloadPassthru {
  readonly ppt_scheme?: string | undefined;
  readonly ppt_serializer?: string | undefined;
  readonly ppt_cipher?: string | undefined;
  readonly ppt_keyid?: string | undefined;
}

export interface HelloDetails {
  readonly roles: Roles;
  readonly agent?: string | undefined;
  readonly authmethods?: readonly string[] | undefined;
  readonly authid?: string | undefined;
  readonly authrole?: string | undefined;
  readonly authextra?: Dict | undefined;
}

export interface WelcomeDetails {
  readonly roles: Roles;
  readonly agent?: string | undefined;
  readonly realm?: Uri | undefined;
  readonly authid?: string | undefined;
  readonly authrole?: string | undefined;
  readonly authmethod?: string | undefined;
  readonly authprovider?: string | undefined;
  readonly authextra?: Dict | undefined;
}

export interface PublishOptions extends PayloadPassthru {
  /** The router shall say that it has it, or why not. Default: `false`. */
  readonly acknowledge?: boolean | undefined;
  /** The publisher doesn't get its own event. Default: `true`. */
  readonly exclude_me?: boolean | undefined;
  /** Sessions that don't get it. */
  readonly exclude?: readonly Id[] | undefined;
  readonly exclude_authid?: readonly string[] | undefined;
  readonly exclude_authrole?: readonly string[] | undefined;
  /** Only these sessions get it; who is in several lists has to be in all. Default: all that are subscribed. */
  readonly eligible?: readonly Id[] | undefined;
  readonly eligible_authid?: readonly string[] | undefined;
  readonly eligible_authrole?: readonly string[] | undefined;
  /** Subscribers shall know who publishes. Default: up to the router. */
  readonly disclose_me?: boolean | undefined;
  /** Keep it as the topic's last event, for those who subscribe later with `get_retained`. Default: `false`. */
  readonly retain?: boolean | undefined;
}

export interface SubscribeOptions {
  /** `prefix`: all topics that begin with it; `wildcard`: empty components (`com..news`) match any. Default: `exact`. */
  readonly match?: MatchPolicy | undefined;
  /** Also get the last event that was retained, with `details.retained`. Default: `false`. */
  readonly get_retained?: boolean | undefined;
}

export interface EventDetails extends PayloadPassthru {
  readonly topic?: Uri | undefined;
  readonly publisher?: Id | undefined;
  readonly publisher_authid?: string | undefined;
  readonly publisher_authrole?: string | undefined;
  readonly retained?: boolean | undefined;
  readonly trustlevel?: number | undefined;
}

export interface CallOptions extends PayloadPassthru {
  readonly timeout?: number | undefined;
  readonly receive_progress?: boolean | undefined;
  readonly progress?: boolean | undefined;
  readonly disclose_me?: boolean | undefined;
}

export interface CancelOptions {
  /** What a peer sent is only known to be a string: the dealer checks it. */
  readonly mode?: CancelMode | undefined;
}

export interface ResultDetails extends PayloadPassthru {
  readonly progress?: boolean | undefined;
}

export interface RegisterOptions {
  /** `prefix`: all procedures that begin with it; `wildcard`: empty components (`com..add`) match any. Default: `exact`. */
  readonly match?: MatchPolicy | undefined;
  /** Who of several callees is called; all have to say the same. Default: `single`, one callee only. */
  readonly invoke?: InvokePolicy | undefined;
  /** How many calls it takes at once. Default: no limit. */
  readonly concurrency?: number | undefined;
  /** Take it away from a callee with the same `authid` and `authrole`. Default: `false`. */
  readonly force_reregister?: boolean | undefined;
  /** The callee shall know who calls. Default: up to the router. */
  readonly disclose_caller?: boolean | undefined;
  /** The callee minds the time limits of calls; the router doesn't. Default: `false`. */
  readonly forward_timeout?: boolean | undefined;
}

export interface InvocationDetails extends PayloadPassthru {
  readonly procedure?: Uri | undefined;
  readonly caller?: Id | undefined;
  readonly caller_authid?: string | undefined;
  readonly caller_authrole?: string | undefined;
  readonly trustlevel?: number | undefined;
  readonly timeout?: number | undefined;
  readonly receive_progress?: boolean | undefined;
  readonly progress?: boolean | undefined;
}

/** The details of an UNSUBSCRIBED or UNREGISTERED that nobody asked for. */
export interface SubscriptionRevocation {
  readonly subscription?: Id | undefined;
  readonly reason?: Uri | undefined;
}

export interface RegistrationRevocation {
  readonly registration?: Id | undefined;
  readonly reason?: Uri | undefined;
}

export interface InterruptOptions {
  readonly mode?: CancelMode | undefined;
  readonly reason?: Uri | undefined;
}

export interface YieldOptions extends PayloadPassthru {
  readonly progress?: boolean | undefined;
}

type T = typeof MessageType;

export type Hello = readonly [T["Hello"], realm: Uri, details: HelloDetails];
export type Welcome = readonly [T["Welcome"], session: Id, details: WelcomeDetails];
export type Abort = readonly [T["Abort"], details: Dict, reason: Uri, ...Payload];
export type Challenge = readonly [T["Challenge"], method: string, extra: Dict];
export type Authenticate = readonly [T["Authenticate"], signature: string, extra: Dict];
export type Goodbye = readonly [T["Goodbye"], details: Dict, reason: Uri];
export type ErrorMessage = readonly [
  T["Error"],
  requestType: number,
  request: Id,
  details: Dict,
  error: Uri,
  ...Payload,
];
export type Publish = readonly [
  T["Publish"],
  request: Id,
  options: PublishOptions,
  topic: Uri,
  ...Payload,
];
export type Published = readonly [T["Published"], request: Id, publication: Id];
export type Subscribe = readonly [
  T["Subscribe"],
  request: Id,
  options: SubscribeOptions,
  topic: Uri,
];
export type Subscribed = readonly [T["Subscribed"], request: Id, subscription: Id];
export type Unsubscribe = readonly [T["Unsubscribe"], request: Id, subscription: Id];
/** Request 0 with details: the router has revoked the subscription. */
export type Unsubscribed = readonly [
  T["Unsubscribed"],
  request: Id,
  details?: SubscriptionRevocation,
];
export type Event = readonly [
  T["Event"],
  subscription: Id,
  publication: Id,
  details: EventDetails,
  ...Payload,
];
export type Call = readonly [
  T["Call"],
  request: Id,
  options: CallOptions,
  procedure: Uri,
  ...Payload,
];
export type Cancel = readonly [T["Cancel"], request: Id, options: CancelOptions];
export type Result = readonly [T["Result"], request: Id, details: ResultDetails, ...Payload];
export type Register = readonly [
  T["Register"],
  request: Id,
  options: RegisterOptions,
  procedure: Uri,
];
export type Registered = readonly [T["Registered"], request: Id, registration: Id];
export type Unregister = readonly [T["Unregister"], request: Id, registration: Id];
/** Request 0 with details: the router has revoked the registration. */
export type Unregistered = readonly [
  T["Unregistered"],
  request: Id,
  details?: RegistrationRevocation,
];
export type Invocation = readonly [
  T["Invocation"],
  request: Id,
  registration: Id,
  details: InvocationDetails,
  ...Payload,
];
export type Interrupt = readonly [T["Interrupt"], request: Id, options: InterruptOptions];
export type Yield = readonly [T["Yield"], request: Id, options: YieldOptions, ...Payload];

export type Message =
  | Hello
  | Welcome
  | Abort
  | Challenge
  | Authenticate
  | Goodbye
  | ErrorMessage
  | Publish
  | Published
  | Subscribe
  | Subscribed
  | Unsubscribe
  | Unsubscribed
  | Event
  | Call
  | Cancel
  | Result
  | Register
  | Registered
  | Unregister
  | Unregistered
  | Invocation
  | Interrupt
  | Yield;

/**
 * What a message ends with: nothing for nothing, since empty arguments should be omitted.
 *
 * @throws TypeError for what plain JavaScript lets an application pass: the peer would end the session for it.
 */
export function payload(args: List | undefined, kwargs: Dict | undefined): Payload {
  if ((args !== undefined && !Array.isArray(args)) || Array.isArray(kwargs)) {
    throw new TypeError("args is a list, kwargs an object");
  }
  if (kwargs !== undefined && !isEmpty(kwargs)) return [args ?? [], kwargs];
  return args === undefined || args.length === 0 ? [] : [args];
}
