/**
 * What the page at `/` shows, as data: once to whoever asks by HTTP, every second over a WebSocket.
 *
 * @module
 */

import { broadcast } from "../server/index.ts";
import type { ServerConnection } from "../server/index.ts";
import type { Census } from "./census.ts";

/** How many people there are in the chat, and rooms that they are in. */
export interface ChatStatus {
  readonly people: number;
  readonly rooms: number;
}

/** The state of a hub. */
export interface HubStatus {
  readonly version: string;
  /** Milliseconds since it was started. */
  readonly uptime: number;
  /** Open connections, in all. */
  readonly connections: number;
  readonly endpoints: readonly { readonly path: string; readonly connections: number }[];
  /** Absent when the demos are not served. */
  readonly chat?: ChatStatus;
}

const INTERVAL = 1000;

export class StatusFeed {
  readonly #version: string;
  readonly #census: Census;
  readonly #chat: ChatStatus | undefined;
  readonly #started = performance.now();
  readonly #watchers = new Set<ServerConnection>();
  #timer: NodeJS.Timeout | undefined;

  constructor(version: string, census: Census, chat: ChatStatus | undefined) {
    this.#version = version;
    this.#census = census;
    this.#chat = chat;
  }

  get status(): HubStatus {
    const endpoints = Array.from(this.#census.counts, ([path, connections]) => ({
      path,
      connections,
    }));
    const status = {
      version: this.#version,
      uptime: Math.round(performance.now() - this.#started),
      connections: endpoints.reduce((sum, { connections }) => sum + connections, 0),
      endpoints,
    };
    if (!this.#chat) return status;
    return { ...status, chat: { people: this.#chat.people, rooms: this.#chat.rooms } };
  }

  /** Tells one connection about the state until it ends. What it sends is read, and ignored. */
  async watch(connection: ServerConnection): Promise<void> {
    this.#watchers.add(connection);
    this.#timer ??= setInterval(() => this.#tell(), INTERVAL).unref();
    void connection.send(JSON.stringify(this.status));
    try {
      await connection.forEach(() => {});
    } finally {
      this.#watchers.delete(connection);
      if (this.#watchers.size === 0) this.close();
    }
  }

  /** Ends what would go on by itself. */
  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tell(): void {
    // To a slow peer only the latest state is of use.
    broadcast(this.#watchers, JSON.stringify(this.status), { key: "status" });
  }
}
