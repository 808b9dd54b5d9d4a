/**
 * What the server API asks of all nodes, because nobody knows where a client is.
 *
 * @module
 */

import type { Data } from "../protocol/messages.ts";
import type { ClientFilter } from "./registry.ts";

/** The topic that all nodes subscribe to. */
export const CONTROL_TOPIC = "n:control";

/** What nodes do to the clients that are theirs. Bytes don't come here: the server API speaks JSON. */
export type Control =
  | (ClientFilter & {
      readonly do: "subscribe";
      readonly channel: string;
      readonly info?: Data | undefined;
      readonly data?: Data | undefined;
      readonly expireAt?: number | undefined;
      readonly recover?: boolean | undefined;
      readonly presence?: boolean | undefined;
      readonly joinLeave?: boolean | undefined;
      readonly since?: { readonly offset: number; readonly epoch: string } | undefined;
    })
  | (ClientFilter & { readonly do: "unsubscribe"; readonly channel: string })
  | (ClientFilter & {
      readonly do: "disconnect";
      readonly code: number;
      readonly reason: string;
      /** Clients that may stay. */
      readonly whitelist?: readonly string[] | undefined;
    })
  | (ClientFilter & {
      readonly do: "refresh";
      readonly expired: boolean;
      readonly expireAt?: number | undefined;
      readonly info?: Data | undefined;
    });

export function encodeControl(control: Control): string {
  return JSON.stringify(control);
}

export function decodeControl(text: string): Control {
  return JSON.parse(text) as Control;
}
