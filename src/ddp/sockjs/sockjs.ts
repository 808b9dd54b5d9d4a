/**
 * SockJS as a server: what browsers with Meteor's own client connect by, and by plain HTTP where WebSockets are blocked.
 *
 * @module
 */

import { Connection } from "../../connection/connection.ts";
import type { HttpHandler } from "../../http/handler.ts";
import type { RoutePath } from "../../http/routes.ts";
import { FramedTransport } from "./framed-transport.ts";
import { SockJsHttp } from "./http.ts";
import { resolveOptions } from "./options.ts";
import type { SockJsOptions, SockJsSettings } from "./options.ts";
import { Polling } from "./polling.ts";
import type { ConnectionHandler } from "./polling.ts";

/** A server of SockJS. Close it when it is no longer needed. */
export interface SockJs extends AsyncDisposable {
  /** For `serve`, beside other routes: WebSockets, with the frames of SockJS (`<prefix>/<server>/<session>/websocket`) and without. */
  readonly routes: Readonly<Record<RoutePath, (connection: Connection) => Promise<void>>>;
  /** For all plain HTTP whose path begins with the prefix: `info`, and polling. */
  readonly http: HttpHandler;
  /** Clients by plain HTTP, those included that have just gone. */
  readonly polling: number;
  /** Ends the connections by plain HTTP (1001), and resolves when they have gone. The others are ended by `serve`. */
  close(): Promise<void>;
}

/**
 * Makes a server of SockJS. The handler runs for each connection, as it would for one that `serve` makes: with `data` and
 * `request` of a WebSocket; by plain HTTP, `request` has `headers` and `remoteAddress`. It sends text only.
 *
 * It listens nowhere by itself: give `routes` to `serve`, and its plain HTTP to `http`. Where pages of other origins are to
 * connect, both have to be told.
 *
 * @throws TypeError or RangeError for an option that there is not, or that makes no sense.
 *
 * @example
 * ```ts
 * const ddp = createDdp();
 * const sockjs = sockJs(ddp.handler);
 * const server = await serve({ "/websocket": ddp.handler, ...sockjs.routes }, {
 *   port: 3000,
 *   onRequest: httpListener(sockjs.http),
 * });
 * ```
 */
export function sockJs(handler: ConnectionHandler, options: SockJsOptions = {}): SockJs {
  const settings = resolveOptions(options);
  const polling = new Polling(handler, settings);
  const { prefix } = settings;
  const close = (): Promise<void> => polling.close();
  return {
    routes: {
      [`${prefix}/:server/:session/websocket`]: (connection: Connection) =>
        runFramed(connection, handler, settings),
      [`${prefix}/websocket`]: async (connection: Connection) => void (await handler(connection)),
    },
    http: new SockJsHttp(polling, settings).handler,
    get polling() {
      return polling.size;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** (What the handler throws is for whoever runs this.) */
async function runFramed(
  below: Connection,
  handler: ConnectionHandler,
  settings: SockJsSettings,
): Promise<void> {
  let transport!: FramedTransport;
  const connection = new Connection(
    (sink) => (transport = new FramedTransport(sink, below, settings)),
    { data: below.data, request: below.request },
    { clock: settings.clock },
  );
  const over = transport.run();
  await handler(connection);
  await connection.close();
  await over;
}
