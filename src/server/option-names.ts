/**
 * The names of the server's options.
 *
 * @module
 */

import { COMPRESSION_OPTIONS, CONNECTION_OPTIONS } from "../node/option-names.ts";
import type { OptionNames } from "../util/option-names.ts";
import type { ServeOptions } from "./options.ts";
import type { ShutdownOptions } from "./shutdown.ts";

export const SERVE_OPTIONS: OptionNames<ServeOptions> = {
  ...CONNECTION_OPTIONS,
  port: true,
  host: true,
  path: true,
  server: true,
  listen: true,
  tls: true,
  maxConnections: true,
  maxConnectionsPerAddress: true,
  maxMessagesPerSecond: true,
  idleTimeout: true,
  maxLifetime: true,
  subprotocols: true,
  origins: true,
  hosts: true,
  trustProxy: true,
  openTimeout: true,
  onHandshake: true,
  compression: COMPRESSION_OPTIONS,
  maxMessage: true,
  onRequest: true,
  logger: true,
};

export const SHUTDOWN_OPTIONS: OptionNames<ShutdownOptions> = {
  grace: true,
  timeout: true,
  code: true,
  reason: true,
};
