/**
 * The names of the client's options.
 *
 * @module
 */

import type { ReconnectOptions } from "../../connection/reconnecting.ts";
import { COMPRESSION_OPTIONS, CONNECTION_OPTIONS } from "../../node/option-names.ts";
import type { OptionNames } from "../../util/option-names.ts";
import type { ConnectOptions } from "./connect-options.ts";

export const CONNECT_OPTIONS: OptionNames<ConnectOptions> = {
  ...CONNECTION_OPTIONS,
  subprotocols: true,
  signal: true,
  openTimeout: true,
  headers: true,
  origin: true,
  maxMessage: true,
  compression: COMPRESSION_OPTIONS,
  tls: true,
  agent: true,
  socketPath: true,
  maxRedirects: true,
};

export const RECONNECT_OPTIONS: OptionNames<ConnectOptions & ReconnectOptions<ConnectOptions>> = {
  ...CONNECT_OPTIONS,
  initialDelay: true,
  maxDelay: true,
  stableAfter: true,
  isFatal: true,
  refresh: true,
  onRetry: true,
};
