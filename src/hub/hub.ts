/**
 * The hub: everything that this package offers, on one port, with nothing to configure.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { serve } from "../server/index.ts";
import type { Handler, Logger, RoutePath, Server } from "../server/index.ts";
import { browserUrl, isLoopback } from "./address.ts";
import { Census } from "./census.ts";
import { Chat } from "./chat/chat.ts";
import { Ddp, DDP_PATH } from "./ddp.ts";
import { loadAssets } from "./http/assets.ts";
import type { Assets } from "./http/assets.ts";
import { NEVER, note, reply } from "./http/reply.ts";
import type { Reply } from "./http/reply.ts";
import { Site } from "./http/site.ts";
import type { Resource } from "./http/site.ts";
import { resolveKeys } from "./keys.ts";
import type { GeneratedKeys } from "./keys.ts";
import { Messaging, WEBSOCKET_PATH } from "./messaging.ts";
import { StatusFeed } from "./status.ts";
import { Wamp, WAMP_PATH } from "./wamp.ts";
import type { RawSocketAddress } from "../wamp/rawsocket/index.ts";

/** How to start a hub. */
export interface HubOptions {
  /** The TCP port; 0 lets the system choose a free one. Default: 8080. */
  readonly port?: number | undefined;
  /** The address or name to bind to. Default: `127.0.0.1`, where only this machine can reach it. */
  readonly host?: string | undefined;
  /** Whether to serve the chat, the to-do list, the echo and WAMP, which are open to everybody. Default: only when bound to loopback. */
  readonly demos?: boolean | undefined;
  /** A TCP port for WAMP by RawSocket, on the same host; 0 lets the system choose a free one. Default: none. */
  readonly wampRawSocket?: number | undefined;
  /**
   * Each lets in backends, at `/api` and for WAMP; several while they are being changed. At least 32 characters each, chosen at random:
   * printable ASCII, no spaces. Default: one that is made up, see {@link Hub.generated}.
   */
  readonly apiKeys?: readonly string[] | undefined;
  /** Signs the tokens of clients (HS256); at least 32 characters, chosen at random. Default: one that is made up. */
  readonly tokenSecret?: string | undefined;
  /** Default: warnings and errors to the console. */
  readonly logger?: Logger | undefined;
}

/** A running hub. Close it when it is no longer needed. */
export interface Hub {
  /** The address for a browser, such as `http://127.0.0.1:8080/`. */
  readonly url: string;
  /** Whether the chat, the to-do list, the echo and WAMP are served. */
  readonly demos: boolean;
  /** Where RawSocket is served, if it is. */
  readonly rawSocket: RawSocketAddress | undefined;
  /** The keys that were made up because none were given. */
  readonly generated: GeneratedKeys;
  /** Stops listening, says goodbye to the open connections (1001), and resolves when all is gone. */
  close(): Promise<void>;
}

const PORT = 8080;
const HOST = "127.0.0.1";

/** Nobody gets more of this machine than this, whatever they do. */
const MAX_CONNECTIONS = 10_000;
const MAX_SEND_QUEUE = 1024 * 1024;

/** A handler, and the path that its connections are counted under. */
type Endpoint = readonly [path: RoutePath, name: string, handler: Handler];

/**
 * Starts a hub, and resolves when it listens.
 *
 * @throws Error (as a rejection) when the port is taken, or can't be used for another reason; `cause` says why.
 * @throws TypeError or RangeError (as a rejection) for options that make no sense.
 *
 * @example
 * ```ts
 * const hub = await startHub({ port: 0 });
 * console.log(hub.url);
 * await hub.close();
 * ```
 */
export async function startHub(options: HubOptions = {}): Promise<Hub> {
  const { port = PORT, host = HOST, wampRawSocket, logger } = options;
  const isLocal = isLoopback(host);
  const { demos = isLocal } = options;
  if (wampRawSocket !== undefined && !demos) {
    throw new TypeError("WAMP by RawSocket is open to everybody: it is served with the demos only");
  }
  const keys = resolveKeys(options);
  const assets = loadAssets();
  const chat = demos ? new Chat() : undefined;
  const census = new Census();
  const messaging = new Messaging({ keys, chat, logger });
  const wamp = demos ? new Wamp({ keys, logger }) : undefined;
  const ddp = demos ? new Ddp({ logger }) : undefined;
  await ddp?.start();
  const feed = new StatusFeed(readVersion(), census, chat);
  const parts: Parts = { feed, messaging, chat, wamp, ddp };
  const endpoints = createEndpoints(parts).map(([path, name, handler]) => {
    return [path, census.count(name, handler)];
  });
  const site = new Site({
    resources: createResources(assets, parts),
    listeners: new Map([
      ...messaging.listeners,
      ...(wamp?.listeners ?? []),
      ...(ddp?.listeners ?? []),
    ]),
    onlyLoopback: isLocal,
  });
  const limits = { maxConnections: MAX_CONNECTIONS, maxSendQueue: MAX_SEND_QUEUE };
  const server = await serve(Object.fromEntries(endpoints) as Record<RoutePath, Handler>, {
    port,
    host,
    logger,
    subprotocols: [...messaging.subprotocols, ...(wamp?.subprotocols ?? [])],
    ...limits,
    onRequest: (request, response) => site.serve(request, response),
  }).catch(async (error: unknown) => {
    await closeParts(parts);
    throw explain(error, port, host);
  });
  if (wampRawSocket !== undefined) {
    const place = { port: wampRawSocket, host, ...limits };
    await wamp
      ?.listen(place, (handler) => census.count("rawsocket", handler))
      .catch(async (error: unknown) => {
        await close(server, parts);
        throw explain(error, wampRawSocket, host);
      });
  }
  return {
    url: browserUrl(server.url),
    demos,
    rawSocket: wamp?.rawSocket,
    generated: keys.generated,
    close: () => close(server, parts),
  };
}

/** What a hub is made of, besides the server. */
interface Parts {
  readonly feed: StatusFeed;
  readonly messaging: Messaging;
  /** The demos; absent when they are not served. */
  readonly chat: Chat | undefined;
  readonly wamp: Wamp | undefined;
  readonly ddp: Ddp | undefined;
}

function createEndpoints({ feed, messaging, wamp, ddp }: Parts): Endpoint[] {
  const echo: Handler = (connection) => connection.forEach((message) => connection.send(message));
  return [
    [WEBSOCKET_PATH, WEBSOCKET_PATH, messaging.handler],
    ...(wamp
      ? ([
          [WAMP_PATH, WAMP_PATH, wamp.handler],
          ["/echo", "/echo", echo],
        ] as const)
      : []),
    ...(ddp?.endpoints ?? []),
    ["/status", "/status", (connection) => feed.watch(connection)],
  ];
}

function createResources({ pages, files }: Assets, { feed, wamp }: Parts): Map<string, Resource> {
  const page = (name: string): Reply => pages.get(name) ?? note(404, "There is no such page.");
  const resources = new Map<string, Resource>(files);
  resources.set("/", page("home"));
  resources.set("/status", () => reply("application/json", JSON.stringify(feed.status), NEVER));
  resources.set("/healthz", note(200, "ok"));
  resources.set(WEBSOCKET_PATH, note(426, CHANNELS_HINT, UPGRADE));
  if (!wamp) return resources;
  resources.set("/chat", page("chat"));
  resources.set(WAMP_PATH, page("wamp"));
  resources.set("/todo", page("todo"));
  resources.set("/echo", note(426, ECHO_HINT, UPGRADE));
  for (const path of [DDP_PATH, `${DDP_PATH}/`]) resources.set(path, note(426, DDP_HINT, UPGRADE));
  return resources;
}

const UPGRADE = { Upgrade: "websocket", Connection: "Upgrade" };

const CHANNELS_HINT =
  "This is the WebSocket endpoint of channels, for SDKs of Centrifugo and for `fullduplex/channels`.";

const DDP_HINT = "This is the WebSocket endpoint of DDP, for `fullduplex/ddp` and other clients.";

const ECHO_HINT =
  "This is a WebSocket endpoint that sends back what it gets. " +
  "Try `npx fullduplex connect` with this address, and ws: in place of http:";

async function close(server: Server, parts: Parts): Promise<void> {
  // (Clients of WAMP are told before their connections are closed. Streams over plain HTTP are requests that the server
  // waits for.)
  await Promise.all([closeParts(parts), server.close()]);
}

async function closeParts({ feed, messaging, chat, wamp, ddp }: Parts): Promise<void> {
  await Promise.all([wamp?.close(), ddp?.close(), messaging.close()]);
  feed.close();
  chat?.close();
}

function readVersion(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

/** What the person who started the hub needs to know. */
function explain(error: unknown, port: number, host: string): Error {
  // Options that make no sense say so themselves.
  if (error instanceof TypeError || error instanceof RangeError) return error;
  const { code = "", message } = error as NodeJS.ErrnoException;
  const place = `port ${port} of ${host}`;
  const why = new Map([
    ["EADDRINUSE", `${place} is taken by another program: choose another port, or 0 for any`],
    ["EACCES", `${place} is not for everybody to use: choose a port above 1023`],
    ["EADDRNOTAVAIL", `${host} is no address of this machine`],
    ["ENOTFOUND", `${host} is no name of this machine`],
  ]).get(code);
  return new Error(why ?? `the hub can't listen on ${place}: ${message}`, { cause: error });
}
