/**
 * What the server API asks of all nodes, because nobody knows where a client is.
 *
 * @module
 */

import type { Data } from "../protocol/messages.ts";
import { decodeData, encodeData } from "./events.ts";
import type { EncodedData } from "./events.ts";
import type { ServerSubscription } from "./hooks.ts";
import type { ClientFilter } from "./registry.ts";

/** The topic that all nodes subscribe to. */
export const CONTROL_TOPIC = "n:control";

/** What nodes do to the clients that are theirs. */
export type Control =
  | (ClientFilter &
      ServerSubscription & {
        readonly do: "subscribe";
        readonly channel: string;
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

/** What there may be of data. */
interface WithData {
  readonly info?: Data | undefined;
  readonly data?: Data | undefined;
}

export function encodeControl(control: Control): string {
  const { info, data } = control as WithData;
  return JSON.stringify({ ...control, info: encodeData(info), data: encodeData(data) });
}

export function decodeControl(text: string): Control {
  const control = JSON.parse(text) as Control & { info: EncodedData; data: EncodedData };
  return { ...control, info: decodeData(control.info), data: decodeData(control.data) } as Control;
}
