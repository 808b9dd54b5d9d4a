/**
 * What servers and clients have in common.
 *
 * @module
 */

import type { ConnectionOptions } from "../../connection/connection.ts";
import type { KeepaliveOptions } from "../../connection/keepalive.ts";
import { CONNECTION_OPTIONS } from "../../node/option-names.ts";
import type { OptionNames } from "../../util/option-names.ts";
import { announceable, MAX_LENGTH, MIN_LENGTH } from "./handshake.ts";

/** Options of both sides. Durations are milliseconds, sizes bytes. */
export interface RawSocketOptions extends ConnectionOptions {
  /**
   * The largest message to receive; a larger one closes the connection with 1009. A power of two from 512 to 16777216, as
   * the peer is told of no other: any other number counts as the one below. Default: 1048576.
   */
  readonly maxMessage?: number | undefined;
  /**
   * Pings that notice a dead peer. Default: `false`, because Autobahn for Python, and Crossbar with it, don't survive a ping. TCP's own keepalive is on in any case.
   */
  readonly keepalive?: KeepaliveOptions | undefined;
  /** How long TLS and the handshake may take (for a client, connecting too). Default: 10000. */
  readonly openTimeout?: number | undefined;
}

export const RAW_SOCKET_OPTIONS: OptionNames<RawSocketOptions> = {
  ...CONNECTION_OPTIONS,
  maxMessage: true,
  openTimeout: true,
};

export const OPEN_TIMEOUT = 10_000;

/** @throws RangeError for what can't be announced. */
export function readMaxMessage({ maxMessage = 1024 * 1024 }: RawSocketOptions): number {
  if (!(maxMessage >= MIN_LENGTH && maxMessage <= MAX_LENGTH)) {
    throw new RangeError(
      `maxMessage is ${maxMessage}, and has to be from ${MIN_LENGTH} to ${MAX_LENGTH}`,
    );
  }
  return announceable(maxMessage);
}

/** One object for all connections. */
export function pickConnectionOptions(options: ConnectionOptions): ConnectionOptions {
  return {
    clock: options.clock,
    closeTimeout: options.closeTimeout,
    keepalive: options.keepalive ?? false,
    highWaterMark: options.highWaterMark,
    maxSendQueue: options.maxSendQueue,
    overflow: options.overflow,
    receiveHighWaterMark: options.receiveHighWaterMark,
  };
}
