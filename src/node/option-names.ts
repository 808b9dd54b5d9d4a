/**
 * The names of the options that clients and servers have in common. (A browser's client goes without: it has to be
 * small.)
 *
 * @module
 */

import type { ConnectionOptions } from "../connection/connection.ts";
import type { KeepaliveOptions } from "../connection/keepalive.ts";
import type { OptionNames } from "../util/option-names.ts";
import type { CompressionOptions } from "./deflate/codec.ts";

const KEEPALIVE: OptionNames<Exclude<KeepaliveOptions, false>> = {
  interval: true,
  timeout: true,
};

export const COMPRESSION_OPTIONS: OptionNames<CompressionOptions> = {
  serverContextTakeover: true,
  clientContextTakeover: true,
  serverMaxWindowBits: true,
  clientMaxWindowBits: true,
  threshold: true,
  level: true,
  memLevel: true,
};

export const CONNECTION_OPTIONS: OptionNames<ConnectionOptions> = {
  closeTimeout: true,
  keepalive: KEEPALIVE,
  receiveHighWaterMark: true,
  clock: true,
  highWaterMark: true,
  maxSendQueue: true,
  overflow: true,
};
