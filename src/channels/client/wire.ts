/**
 * The client protocol in JSON as a client sees it: the application's data are values, not text. Names are those of the
 * wire. What is zero or empty is left out there.
 *
 * @module
 */

import type { Message } from "../../connection/transport.ts";
import { ProtocolError } from "../../errors.ts";
import type { ClientInfo } from "./types.ts";

/** A client without a name has none. */
export type WireInfo = Omit<ClientInfo, "user"> & { readonly user?: string };

export interface WirePublication {
  readonly data: unknown;
  readonly offset?: number;
  readonly info?: WireInfo;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Something that expires in `ttl` seconds. */
export interface Expiring {
  readonly expires?: boolean;
  readonly ttl?: number;
}

export interface SubscribeResult extends Expiring {
  readonly recoverable?: boolean;
  readonly epoch?: string;
  readonly offset?: number;
  readonly publications?: readonly WirePublication[];
  readonly recovered?: boolean;
  readonly data?: unknown;
}

export interface ConnectResult extends Expiring {
  readonly client: string;
  readonly data?: unknown;
  readonly subs?: Readonly<Record<string, SubscribeResult>>;
  /** Seconds. */
  readonly ping?: number;
  readonly pong?: boolean;
}

export interface PresenceResult {
  readonly presence?: Readonly<Record<string, WireInfo>>;
}

export interface Ending {
  readonly code?: number;
  readonly reason?: string;
}

export interface Push {
  readonly channel?: string;
  readonly pub?: WirePublication;
  readonly join?: { readonly info: WireInfo };
  readonly leave?: { readonly info: WireInfo };
  readonly unsubscribe?: Ending;
  readonly subscribe?: SubscribeResult;
  readonly disconnect?: Ending;
  readonly refresh?: Expiring;
  readonly advance?: { readonly offset: number };
}

export interface Reply {
  readonly id?: number;
  readonly error?: {
    readonly code: number;
    readonly message?: string;
    readonly temporary?: boolean;
  };
  readonly push?: Push;
  /** The result, under the name of the method. */
  readonly [method: string]: unknown;
}

/** Calls `each` with what the lines of a frame say, and with how long each line is. */
export function readFrame(frame: Message, each: (reply: Reply, size: number) => void): void {
  if (typeof frame !== "string") throw new ProtocolError("binary frame", 1003);
  for (const line of frame.split("\n")) {
    if (line !== "") each(JSON.parse(line) as Reply, line.length);
  }
}
