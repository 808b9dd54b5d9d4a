/**
 * The way to start a server.
 *
 * @module
 */

import { RouteTable } from "../http/routes.ts";
import type { RoutePath } from "../http/routes.ts";
import type { Handler, OnHandshake, Routes } from "./handler.ts";
import { attachTo, listen, NO_LISTENER } from "./listener.ts";
import { resolveOptions } from "./options.ts";
import type { ServeOptions } from "./options.ts";
import type { AnyHandler } from "./screening.ts";
import { WebSocketServer } from "./server.ts";
import type { Server } from "./server.ts";

/** Options with the hook that gives connections their data. */
export interface ServeOptionsWithData<Data> extends ServeOptions<Data> {
  readonly onHandshake: OnHandshake<Data>;
}

/** A function has these, so that it is not mistaken for an object without routes. */
interface NoFunction {
  readonly apply?: never;
  readonly call?: never;
}

/**
 * Starts a server, and resolves when it listens.
 *
 * The handler runs once for each connection, which is closed when the handler returns. With several routes, each has a
 * handler of its own, and gets the parameters of its path. The server has to be closed by `close` or `await using`.
 *
 * When `onHandshake` gives connections their data, annotate its parameter, or that of the handler, so that the type of
 * the data is known to both: `onHandshake: (request: HandshakeRequest) => ({ data: … })`.
 *
 * @throws TypeError or RangeError (as a rejection) for options or routes that make no sense, and what Node reports when
 * it can't listen, such as `EADDRINUSE`.
 *
 * @example
 * ```ts
 * const server = await serve(async (connection) => {
 *   for await (const message of connection) await connection.send(message);
 * }, { port: 8765 });
 * console.log(server.url);
 * ```
 */
// (The compiler says what the last one has against a call: the one that is used most.)
export function serve<Data, const Path extends RoutePath>(
  routes: Routes<Path, Data> & NoFunction,
  options: ServeOptionsWithData<Data>,
): Promise<Server<Data>>;
export function serve<Data>(
  handler: Handler<Data>,
  options: ServeOptionsWithData<Data>,
): Promise<Server<Data>>;
export function serve<const Path extends RoutePath>(
  routes: Routes<Path> & NoFunction,
  options?: ServeOptions,
): Promise<Server<undefined>>;
export function serve(handler: Handler, options?: ServeOptions): Promise<Server<undefined>>;
export async function serve(target: unknown, given?: unknown): Promise<unknown> {
  const options = (given ?? {}) as ServeOptions<unknown>;
  const settings = resolveOptions(options);
  const server = new WebSocketServer(settings, new RouteTable(readHandlers(target)));
  if (options.server) server.listener = attachTo(options.server, server);
  else if (options.listen === false) server.listener = NO_LISTENER;
  else server.listener = await listen(options, settings, server);
  if (server.url) settings.logger.info(`listening on ${server.url}`);
  return server;
}

function readHandlers(target: unknown): [path: string, handler: AnyHandler][] {
  if (typeof target === "function") return [["/*", target as AnyHandler]];
  if (typeof target !== "object" || target === null) {
    throw new TypeError("serve takes a handler, or an object of handlers by path");
  }
  return Object.entries(target).map(([path, handler]) => {
    if (typeof handler !== "function") throw new TypeError(`the handler of ${path} is no function`);
    return [path, handler as AnyHandler];
  });
}
