/**
 * Servers for tests, which are gone when the test is.
 *
 * @module
 */

import { onTestFinished } from "vitest";
import { serve } from "../../src/server/index.ts";
import type {
  Handler,
  OnHandshake,
  Routes,
  ServeOptions,
  Server,
  ServerConnection,
} from "../../src/server/index.ts";
import { RawClient } from "./raw-client.ts";
import { RecordingLogger } from "./recording-logger.ts";

/** A server, what it logged, and a way to it. */
export interface RunningServer {
  readonly server: Server;
  readonly logger: RecordingLogger;
  /** A new TCP connection to it. */
  readonly connect: () => Promise<RawClient>;
}

/** Answers each message with itself. */
export async function echo(connection: ServerConnection<unknown>): Promise<void> {
  await connection.forEach((message) => connection.send(message));
}

/** Starts a server that is cut off when the test has ended. */
export async function startServer(
  target: Handler<unknown> | Routes = echo,
  options: ServeOptions<unknown> = {},
): Promise<RunningServer> {
  const logger = new RecordingLogger();
  const onHandshake: OnHandshake<unknown> = options.onHandshake ?? (() => undefined);
  const all = { logger, ...options, ...(options.onHandshake && { onHandshake }) };
  const server = await serve(target as Handler, all as ServeOptions);
  onTestFinished(() => server.close({ timeout: 0 }));
  const connect = async (): Promise<RawClient> => {
    const { address } = server;
    const place =
      typeof address === "string" ? { path: address } : { port: server.port, host: "127.0.0.1" };
    const client = await RawClient.connect(place);
    onTestFinished(() => client.close());
    return client;
  };
  return { server, logger, connect };
}
