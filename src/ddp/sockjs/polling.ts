/**
 * The clients that poll: each is known by the id that it made up, which nobody else is to guess.
 *
 * @module
 */

import { Connection } from "../../connection/connection.ts";
import { ClosedError } from "../../errors.ts";
import type { HttpPeer } from "../../http/handler.ts";
import { HttpHeaders } from "../../http/headers.ts";
import type { SockJsSettings } from "./options.ts";
import { PollingTransport } from "./polling-transport.ts";

/** What a connection by plain HTTP began with. */
export interface PollingRequest {
  readonly headers: HttpHeaders;
  /** The address of the client, where it is known. */
  readonly remoteAddress: string | undefined;
}

/** What runs for a connection. It is closed when that has resolved. */
export type ConnectionHandler = (connection: Connection) => unknown;

interface Session {
  readonly transport: PollingTransport;
  readonly connection: Connection;
  /** The page that it is from: another one can't use it. */
  readonly origin: string | null;
}

/** Shorter ids can be guessed; sockjs-client's have 8 characters of 37 kinds. */
const ID = /^[^.]{8,64}$/;

const SERVER = /^[^.]{1,16}$/;

export class Polling {
  readonly #handler: ConnectionHandler;
  readonly #settings: SockJsSettings;
  readonly #sessions = new Map<string, Session>();
  #isClosed = false;

  constructor(handler: ConnectionHandler, settings: SockJsSettings) {
    this.#handler = handler;
    this.#settings = settings;
  }

  /** How many clients there are, those included that have just gone. */
  get size(): number {
    return this.#sessions.size;
  }

  /** The client with an id; `undefined` if there is none, or it is not of the same page. */
  find(server: string, id: string, request: Request): PollingTransport | undefined {
    const session = this.#sessions.get(keyOf(server, id));
    return session?.origin === request.headers.get("origin") ? session.transport : undefined;
  }

  /** A new client. Without one, the status to answer. */
  open(server: string, id: string, request: Request, peer: HttpPeer): PollingTransport | 404 | 503 {
    const key = keyOf(server, id);
    if (!SERVER.test(server) || !ID.test(id) || this.#sessions.has(key)) return 404;
    if (this.#isClosed || this.#sessions.size >= this.#settings.maxSessions) return 503;
    const { clock, maxSendQueue } = this.#settings;
    let transport!: PollingTransport;
    const facts: PollingRequest = {
      headers: new HttpHeaders([...request.headers].flat()),
      remoteAddress: peer.address,
    };
    const connection = new Connection(
      (sink) => {
        const gone = (): void => void this.#sessions.delete(key);
        transport = new PollingTransport(sink, this.#settings, gone);
        return transport;
      },
      { data: undefined, request: facts },
      { clock, maxSendQueue },
    );
    const origin = request.headers.get("origin");
    this.#sessions.set(key, { transport, connection, origin });
    void this.#run(connection);
    return transport;
  }

  async #run(connection: Connection): Promise<void> {
    try {
      await this.#handler(connection);
      await connection.close();
    } catch (error) {
      const isEnd = error instanceof ClosedError;
      if (!isEnd) this.#settings.logger.error("the handler of a SockJS connection failed:", error);
      await connection.close(isEnd ? 1000 : 1011);
    }
  }

  /** Says goodbye to all (1001), and resolves when they have gone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const connections = Array.from(this.#sessions.values(), ({ connection }) => connection);
    await Promise.all(connections.map((connection) => connection.close(1001)));
  }
}

function keyOf(server: string, id: string): string {
  return `${server}/${id}`;
}
