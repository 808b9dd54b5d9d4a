/**
 * Channels with their server API, and clients of them without a network.
 *
 * @module
 */

import { onTestFinished } from "vitest";
import type { Connection } from "../../../../../src/connection/connection.ts";
import type { HttpHandler } from "../../../../../src/http/handler.ts";
import { createApi } from "../../../../../src/channels/server/api/create-api.ts";
import type { ApiOptions } from "../../../../../src/channels/server/api/create-api.ts";
import type { Channels } from "../../../../../src/channels/server/channels.ts";
import { createChannels } from "../../../../../src/channels/server/create-channels.ts";
import type { ChannelsOptions } from "../../../../../src/channels/server/options.ts";
import { pair } from "../../../../../src/testing/pair.ts";
import { RecordingLogger } from "../../../../support/recording-logger.ts";

export const KEY = "k3y-of-a-backend";

/** What a client is told; only what tests look at. */
export interface Told {
  readonly id?: number;
  readonly connect?: { client: string; session: string };
  readonly push?: { channel?: string } & Record<string, unknown>;
  readonly [name: string]: unknown;
}

export interface Client {
  readonly id: string;
  readonly session: string;
  readonly connection: Connection;
  /** The next that is told, as text. */
  next(): Promise<string>;
  /** The next push. */
  push(): Promise<Record<string, unknown>>;
  subscribe(channel: string): Promise<void>;
}

export interface Setup {
  readonly channels: Channels;
  readonly api: HttpHandler;
  readonly logger: RecordingLogger;
  post(method: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** The answer's body. `body` may be text. */
  call(method: string, body?: unknown, headers?: Record<string, string>): Promise<unknown>;
  /** Connects a client. */
  client(user?: string): Promise<Client>;
}

const namespaces: ChannelsOptions["namespaces"] = {
  news: {
    access: { subscribe: "anyone" },
    history: { size: 10, ttl: 60_000 },
    presence: true,
  },
  chat: { access: { subscribe: "anyone", publish: "anyone" }, history: { size: 10, ttl: 60_000 } },
  plain: { access: { subscribe: "anyone" } },
};

/** Users say who they are, with a token that is their name. */
export function setUp(options: Partial<ApiOptions> = {}): Setup {
  const logger = new RecordingLogger();
  const channels = createChannels({
    namespaces,
    logger,
    hooks: { connect: ({ token }) => ({ user: token, info: JSON.stringify({ name: token }) }) },
  });
  onTestFinished(() => channels.close());
  const api = createApi(channels, { keys: [KEY], logger, ...options });
  const post: Setup["post"] = (method, body, headers = {}) =>
    api(
      new Request(`http://localhost/api${method === "" ? "" : `/${method}`}`, {
        method: "POST",
        headers: { "X-API-Key": KEY, ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
      { address: undefined },
    );
  return {
    channels,
    api,
    logger,
    post,
    call: async (method, body = {}, headers) => (await post(method, body, headers)).json(),
    client: (user = "") => connectClient(channels, user),
  };
}

async function connectClient(channels: Channels, user: string): Promise<Client> {
  const [connection, other] = pair();
  void channels.handler(other);
  await connection.send(JSON.stringify({ id: 1, connect: { token: user } }));
  const lines: string[] = [];
  const next = async (): Promise<string> => {
    if (lines.length === 0) lines.push(...String(await connection.recv()).split("\n"));
    return lines.shift() as string;
  };
  const { connect } = JSON.parse(await next()) as Told;
  let id = 1;
  return {
    id: connect?.client ?? "",
    session: connect?.session ?? "",
    connection,
    next,
    push: async () => (JSON.parse(await next()) as Told).push ?? {},
    subscribe: async (channel) => {
      await connection.send(JSON.stringify({ id: ++id, subscribe: { channel } }));
      const told = JSON.parse(await next()) as Told;
      if (!told["subscribe"]) throw new Error(`not subscribed: ${JSON.stringify(told)}`);
    },
  };
}
