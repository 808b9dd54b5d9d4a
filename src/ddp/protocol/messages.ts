/**
 * The messages of DDP (DDP specification, and what Meteor adds to it).
 *
 * @module
 */

import type { Fields } from "./fields.ts";
import type { WireError } from "./wire-error.ts";

/** What a client sends. Values are decoded: dates are dates. */
export type ClientMessage =
  | ConnectMessage
  | PingMessage
  | PongMessage
  | SubMessage
  | UnsubMessage
  | MethodMessage
  | { readonly msg: "disconnect" };

export interface ConnectMessage {
  readonly msg: "connect";
  readonly version: string;
  readonly support: readonly string[];
  /** The session to go on with, and how many of its messages have come, pings and pongs not counted (Meteor 3.5). */
  readonly session?: string | undefined;
  readonly receivedCount?: number | undefined;
}

export interface PingMessage {
  readonly msg: "ping";
  readonly id?: string | undefined;
}

export interface PongMessage {
  readonly msg: "pong";
  readonly id?: string | undefined;
}

export interface SubMessage {
  readonly msg: "sub";
  readonly id: string;
  readonly name: string;
  readonly params?: readonly unknown[] | undefined;
}

export interface UnsubMessage {
  readonly msg: "unsub";
  /** Absent in what some clients send: it is answered all the same. */
  readonly id?: string | undefined;
}

export interface MethodMessage {
  readonly msg: "method";
  readonly id: string;
  readonly method: string;
  readonly params?: readonly unknown[] | undefined;
  readonly randomSeed?: string | undefined;
}

/** What a server sends. Values are decoded: dates are dates. */
export type ServerMessage =
  | { readonly msg: "connected"; readonly session: string }
  | { readonly msg: "failed"; readonly version: string }
  | PingMessage
  | PongMessage
  | DataMessage
  | { readonly msg: "ready"; readonly subs: readonly string[] }
  | {
      readonly msg: "nosub";
      readonly id?: string | undefined;
      readonly error?: WireError | undefined;
    }
  | ResultMessage
  | { readonly msg: "updated"; readonly methods: readonly string[] }
  | { readonly msg: "error"; readonly reason: string; readonly offendingMessage?: unknown };

/** What changes a client's documents. `id` is written by `idStringify`. */
export type DataMessage =
  | AddedMessage
  | ChangedMessage
  | RemovedMessage
  | AddedBeforeMessage
  | MovedBeforeMessage;

export interface AddedMessage {
  readonly msg: "added";
  readonly collection: string;
  readonly id: string;
  readonly fields?: Fields | undefined;
}

export interface ChangedMessage {
  readonly msg: "changed";
  readonly collection: string;
  readonly id: string;
  readonly fields?: Fields | undefined;
  readonly cleared?: readonly string[] | undefined;
}

export interface RemovedMessage {
  readonly msg: "removed";
  readonly collection: string;
  readonly id: string;
}

/** Documents in an order; `before` is the id of the next one, `null` at the end. */
export interface AddedBeforeMessage {
  readonly msg: "addedBefore";
  readonly collection: string;
  readonly id: string;
  readonly fields?: Fields | undefined;
  readonly before: string | null;
}

export interface MovedBeforeMessage {
  readonly msg: "movedBefore";
  readonly collection: string;
  readonly id: string;
  readonly before: string | null;
}

export interface ResultMessage {
  readonly msg: "result";
  readonly id: string;
  readonly error?: WireError | undefined;
  readonly result?: unknown;
}
