/**
 * Both ends of a WebSocket between `connect` and `serve` on loopback.
 *
 * @module
 */

import { connect } from "../../../src/client/node/index.ts";
import type { ConnectOptions } from "../../../src/client/node/index.ts";
import type { Connection } from "../../../src/connection/connection.ts";
import { serve } from "../../../src/server/index.ts";
import type { ServeOptions } from "../../../src/server/index.ts";
import { Deferred } from "../../../src/util/deferred.ts";
import { RecordingLogger } from "../../support/recording-logger.ts";
import type { Ends, OpenOptions } from "../connection-contract.ts";

/** What both ends agree on, beside the options of the contract. */
interface Variant {
  readonly client?: ConnectOptions;
  readonly server?: ServeOptions;
}

export const PLAIN = {
  client: { compression: false },
  server: { compression: false },
} satisfies Variant;

/** The near end is the client's. */
export async function openClient(
  { client, server: serverOptions }: Variant,
  { onFar, farOptions, ...options }: OpenOptions = {},
): Promise<Ends> {
  const { near, far, dispose } = await openServer(
    { client: { ...client }, server: { ...serverOptions } },
    { ...options, onNear: onFar, nearOptions: farOptions },
  );
  return { near: far, far: near, dispose };
}

interface ServerOpenOptions extends OpenOptions {
  readonly onNear?: ((near: Connection) => void) | undefined;
  readonly nearOptions?: OpenOptions["farOptions"];
}

/** The near end is the server's. */
export async function openServer(
  { client, server: serverOptions }: Variant,
  { onFar, onNear, farOptions, nearOptions, ...options }: ServerOpenOptions = {},
): Promise<Ends> {
  const accepted = new Deferred<Connection>();
  const logger = new RecordingLogger();
  const server = await serve(
    async (connection) => {
      onNear?.(connection);
      accepted.resolve(connection);
      await connection.closed;
    },
    { ...options, ...nearOptions, ...serverOptions, logger },
  );
  const scheme = serverOptions?.tls ? "wss" : "ws";
  const url = `${scheme}://127.0.0.1:${server.port}/`;
  const far = await connect(url, { ...options, ...farOptions, ...client });
  onFar?.(far);
  const near = await accepted.promise;
  const dispose = async (): Promise<void> => {
    far.terminate();
    near.terminate();
    await server.close({ timeout: 0 });
  };
  return { near, far, dispose };
}
