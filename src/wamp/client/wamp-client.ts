/**
 * Making a client of WAMP.
 *
 * @module
 */

import type { Connection } from "../../connection/connection.ts";
import { FullduplexError } from "../../errors.ts";
import { json } from "../protocol/json.ts";
import { ConnectionLink } from "../protocol/link.ts";
import type { Link } from "../protocol/link.ts";
import type { Serializer } from "../protocol/serializer.ts";
import type { Api, Untyped } from "./api.ts";
import { Client } from "./client.ts";
import { fromRouter } from "./from-router.ts";
import type { JoinOptions, Open, WampClient, WampClientOptions } from "./types.ts";

const JSON_ONLY: readonly Serializer[] = [json];

/**
 * Makes a client of WAMP over the connections that `open` opens, and joins a realm. Close it when it is no longer needed, with `close` or
 * `await using`.
 *
 * Connecting begins after this has returned: what goes wrong is what `connected`, and whatever else is asked of the client, rejects with.
 *
 * It connects again by itself after a random delay whose bound doubles from attempt to attempt, until it is closed or an
 * error is fatal (see {@link WampClientOptions.isFatal}). Subscriptions and registrations go on in the new session.
 *
 * @example
 * ```ts
 * await using client = wampClient(
 *   ({ subprotocols, signal }) => connect("ws://localhost:8080/wamp", { subprotocols, signal }),
 *   { realm: "realm1" },
 * );
 * await client.register("com.app.add", ({ args: [a, b] }) => Number(a) + Number(b));
 * console.log(await client.call("com.app.add", [2, 3])); // 5
 * ```
 */
export function wampClient<A extends Api = Untyped>(
  open: Open,
  options: WampClientOptions,
): WampClient<A> {
  const { serializers = JSON_ONLY } = options;
  const subprotocols = serializers.map(({ subprotocol }) => subprotocol);
  const openLink = async (signal: AbortSignal): Promise<Link> =>
    linkOver(await open({ subprotocols, signal }), serializers);
  return new Client(openLink, options) as unknown as WampClient<A>;
}

/**
 * Joins a realm over a connection that there is, for one session: the client ends with it, and closing the client closes it. Resolves
 * when it has joined. The connection has to have one of the serializers' subprotocols.
 *
 * @throws WampError (as a rejection) when the router refuses, or what else ended it before.
 * @throws FullduplexError `ERR_UNSUPPORTED` when there is no serializer for the connection's subprotocol.
 *
 * @example
 * ```ts
 * const connection = await connect("ws://localhost:8080/wamp", { subprotocols: [json.subprotocol] });
 * await using client = await joinRealm(connection, { realm: "realm1" });
 * console.log(client.status);
 * ```
 */
export function joinRealm<A extends Api = Untyped>(
  connection: Connection,
  options: JoinOptions,
): Promise<WampClient<A>> {
  return joinOver(linkOver(connection, options.serializers ?? JSON_ONLY), options);
}

/** As `joinRealm`, over any link. */
export async function joinOver<A extends Api = Untyped>(
  link: Link,
  options: JoinOptions,
): Promise<WampClient<A>> {
  const client = new Client(() => link, { ...options, isFatal: () => true });
  await client.connected();
  return client as unknown as WampClient<A>;
}

/** Connections that have agreed on nothing, such as those in memory, use the first one. */
function linkOver(connection: Connection, serializers: readonly Serializer[]): Link {
  const { subprotocol = serializers[0]?.subprotocol } = connection;
  const serializer = serializers.find((one) => one.subprotocol === subprotocol);
  if (serializer) return new ConnectionLink(connection, serializer, fromRouter);
  void connection.close();
  throw new FullduplexError("ERR_UNSUPPORTED", `no serializer for ${subprotocol}`);
}
