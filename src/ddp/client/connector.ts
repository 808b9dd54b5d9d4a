/**
 * Connecting, again and again, and agreeing on a version and a session.
 *
 * @module
 */

import { backoff } from "../../connection/backoff.ts";
import type { Connection } from "../../connection/connection.ts";
import { pause } from "../../connection/pause.ts";
import { isRefused } from "../../connection/reconnecting.ts";
import { ClosedError, FullduplexError, TimeoutError } from "../../errors.ts";
import type { Clock } from "../../util/clock.ts";
import { Latest } from "../../util/latest.ts";
import type { ServerMessage } from "../protocol/messages.ts";
import { BadMessage } from "../protocol/read-message.ts";
import { hasPings, isVersion, VERSIONS } from "../protocol/versions.ts";
import type { Version } from "../protocol/versions.ts";
import { Link } from "./link.ts";
import type { ClientStatus, DdpClientOptions, Open } from "./types.ts";
import { onOnline } from "./wake.ts";

/** Milliseconds that a connection must have lived for the delays to begin from the start. */
const STABLE = 10_000;

/** How it is closed from here. */
export const CLOSED = {
  code: 1000,
  reason: "",
  wasClean: true,
  initiator: "local",
} as const;

/** Whom a connector tells. */
export interface ConnectorHost {
  /**
   * The server has agreed, and everything else may be sent. (Not before: when a connection is cut, a server knows only those again
   * who can name their session, and would run the methods of others twice.) `continuity`: whether the session is the first, the same
   * as before, or another.
   */
  connected(link: Link, continuity: Continuity): void;
  received(message: ServerMessage): void;
  lost(): void;
  /** It won't connect any more. */
  ended(error: unknown): void;
}

export type Continuity = "first" | "same" | "other";

/** What a connector needs besides the options of its client. */
export interface Surroundings {
  readonly clock: Clock;
  readonly logger: { error(...data: unknown[]): void };
}

/** The server wants another version, which is to be tried at once. */
class Renegotiation extends Error {}

/** The client has left, and may have come back meanwhile. */
const LEFT = new ClosedError(CLOSED);

export class Connector {
  readonly status: Latest<ClientStatus> = new Latest<ClientStatus>({
    state: "connecting",
    attempt: 0,
    retryAt: undefined,
    error: undefined,
    userId: null,
  });
  readonly #open: Open;
  readonly #options: DdpClientOptions;
  readonly #surroundings: Surroundings;
  readonly #host: ConnectorHost;
  /** Ends the attempt there is. */
  #abort = new AbortController();
  /** Ends the wait for the next one. */
  #wake = new AbortController();
  #link: Link | undefined;
  #leaving: Promise<unknown> | undefined;
  #connectedAt: number | undefined;
  #version: Version = "1";
  readonly #refused = new Set<string>();
  #session: string | undefined;
  /** How many messages of the session have come; pings and pongs don't count. */
  #receivedCount = 0;

  constructor(
    open: Open,
    options: DdpClientOptions,
    surroundings: Surroundings,
    host: ConnectorHost,
  ) {
    this.#open = open;
    this.#options = options;
    this.#surroundings = surroundings;
    this.#host = host;
  }

  /** One connection after the other, until it is ended. Never rejects. */
  async run(): Promise<void> {
    const { clock } = this.#surroundings;
    let attempt = 0;
    while (this.#state !== "closed") {
      if (this.#state === "offline") {
        attempt = 0;
        await this.#woken();
        continue;
      }
      this.#show("connecting", attempt, this.status.value.error);
      const error = await this.#attempt();
      if (this.#isAway || error === LEFT || error instanceof Renegotiation) continue;
      if (isRefused(error)) return this.end(error);
      if (clock.now() - (this.#connectedAt ?? Infinity) >= STABLE) attempt = 0;
      await this.#wait(backoff(attempt, error, this.#options), ++attempt, error);
    }
  }

  disconnect(): void {
    if (this.#isAway) return;
    this.#show("offline", 0, undefined);
    this.#leave(LEFT);
    this.#wake.abort();
  }

  reconnect(): void {
    if (this.#state === "offline") this.#show("connecting", 0, undefined);
    this.#wake.abort();
  }

  /** Resolves when the last connection is closed. */
  async close(): Promise<void> {
    this.end(undefined);
    await this.#leaving;
  }

  end(error: unknown): void {
    if (this.#state === "closed") return;
    this.#show("closed", 0, error);
    this.status.end();
    this.#leave(LEFT);
    this.#wake.abort();
    this.#host.ended(error);
  }

  get #state(): ClientStatus["state"] {
    return this.status.value.state;
  }

  /** Whether nobody wants a connection now. */
  get #isAway(): boolean {
    return this.#state === "closed" || this.#state === "offline";
  }

  #show(state: ClientStatus["state"], attempt: number, error: unknown, retryAt?: number): void {
    this.status.set({ ...this.status.value, state, attempt, retryAt, error });
  }

  #leave(error: unknown): void {
    this.#leaving = this.#link?.leave(error) ?? this.#leaving;
    this.#abort.abort(error);
  }

  async #woken(): Promise<void> {
    const { signal } = (this.#wake = new AbortController());
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  }

  async #wait(delay: number, attempt: number, error: unknown): Promise<void> {
    const { clock } = this.#surroundings;
    const wake = (this.#wake = new AbortController());
    const stop = onOnline(() => wake.abort());
    this.#show("waiting", attempt, error, clock.now() + delay);
    await pause(clock, delay, wake.signal);
    stop();
  }

  /** Connects, and resolves with why there is no connection any more. */
  async #attempt(): Promise<unknown> {
    const { clock } = this.#surroundings;
    const { connectTimeout = 10_000 } = this.#options;
    const { signal } = (this.#abort = new AbortController());
    this.#connectedAt = undefined;
    const timer = clock.setTimeout(() => {
      if (this.#connectedAt === undefined)
        this.#fail(new TimeoutError("connecting", connectTimeout));
    }, connectTimeout);
    try {
      const connection = await this.#openFor(signal);
      // (The client may have left since it came.)
      if (!signal.aborted) return await this.#live(connection);
      this.#leaving = connection.close();
      return signal.reason;
    } catch (error) {
      return error;
    } finally {
      clock.clearTimeout(timer);
    }
  }

  #fail(error: unknown): void {
    this.#abort.abort(error);
    this.#link?.fail(error);
  }

  /** A connection that comes after nobody wants it any more is closed. */
  #openFor(signal: AbortSignal): Promise<Connection> {
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      const opened = async (): Promise<void> => {
        const connection = await this.#open({ signal });
        if (signal.aborted) await connection.close();
        else resolve(connection);
      };
      opened().catch(reject);
    });
  }

  async #live(connection: Connection): Promise<unknown> {
    const { clock, logger } = this.#surroundings;
    const { heartbeatInterval = 17_500, heartbeatTimeout = 15_000 } = this.#options;
    const receive = (message: ServerMessage): void => this.#receive(link, message);
    const link: Link = new Link(connection, {
      clock,
      logger,
      heartbeatInterval,
      heartbeatTimeout,
      receive,
      discarded: () => this.#receivedCount++,
    });
    this.#link = link;
    this.#greet(link);
    const error = await link.over;
    this.#link = undefined;
    this.#host.lost();
    return error;
  }

  #greet(link: Link): void {
    const session = this.#session;
    link.send({
      msg: "connect",
      version: this.#version,
      support: VERSIONS,
      session,
      receivedCount: session === undefined ? undefined : this.#receivedCount,
    });
  }

  #receive(link: Link, message: ServerMessage): void {
    if (
      this.#connectedAt !== undefined &&
      (message.msg === "failed" || message.msg === "connected")
    )
      throw new BadMessage(`${message.msg}, though there is a session`);
    if (message.msg === "failed") return link.fail(this.#renegotiate(message.version));
    this.#receivedCount++;
    if (message.msg === "connected") return this.#agreed(link, message.session);
    return this.#host.received(message);
  }

  /** Why the connection has to end: the server speaks another version. */
  #renegotiate(version: unknown): Error {
    this.#refused.add(this.#version);
    if (!isVersion(version) || this.#refused.has(version)) {
      return new FullduplexError("ERR_UNSUPPORTED", `the server speaks DDP ${String(version)}`);
    }
    this.#version = version;
    return new Renegotiation();
  }

  #agreed(link: Link, session: string): void {
    const isSame = session === this.#session;
    const continuity = isSame ? "same" : this.#session === undefined ? "first" : "other";
    if (!isSame) this.#receivedCount = 1;
    this.#session = session;
    this.#connectedAt = this.#surroundings.clock.now();
    this.#refused.clear();
    if (hasPings(this.#version)) link.startHeartbeat();
    this.#show("connected", 0, undefined);
    this.#host.connected(link, continuity);
  }
}
