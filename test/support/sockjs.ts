/**
 * A client of SockJS that does nothing by itself, over memory in place of a network.
 *
 * @module
 */

import type { Connection } from "../../src/connection/connection.ts";
import type { SockJs } from "../../src/ddp/sockjs/sockjs.ts";
import { pair } from "../../src/testing/pair.ts";
import type { Clock } from "../../src/util/clock.ts";

/** The page of the server itself. */
export const HOME = "http://localhost:3000";

/** The client's end of a WebSocket with frames. */
export function openFramed(sockjs: SockJs, clock?: Clock): Connection {
  return open(sockjs, "/sockjs/:server/:session/websocket", clock);
}

/** The client's end of a WebSocket without frames. */
export function openRaw(sockjs: SockJs): Connection {
  return open(sockjs, "/sockjs/websocket");
}

function open(sockjs: SockJs, path: `/${string}`, clock?: Clock): Connection {
  const [ours, theirs] = pair({ ...(clock && { clock, keepalive: false }) });
  const handler = sockjs.routes[path];
  if (!handler) throw new Error(`no route ${path}`);
  void handler(theirs).catch(() => theirs.close(1011));
  return ours;
}

/** The next frames. */
export async function take(connection: Connection, count: number): Promise<string[]> {
  const frames: string[] = [];
  while (frames.length < count) frames.push(String(await connection.recv()));
  return frames;
}

/** Sends a request by plain HTTP. */
export function send(sockjs: SockJs, path: string, init: RequestInit = {}): Promise<Response> {
  return sockjs.http(new Request(HOME + path, init), { address: "192.0.2.1" });
}

/** A client that polls. */
export class Poller {
  readonly #sockjs: SockJs;
  readonly #path: string;
  readonly #headers: Record<string, string>;

  constructor(sockjs: SockJs, id = "abcdefgh", headers: Record<string, string> = {}) {
    this.#sockjs = sockjs;
    this.#path = `/sockjs/123/${id}`;
    this.#headers = headers;
  }

  /** The next frame; with the line feed that ends it. */
  async poll(signal?: AbortSignal): Promise<string> {
    const response = await this.#post("xhr", "", signal);
    return `${response.status === 200 ? "" : `${response.status} `}${await response.text()}`;
  }

  /** The status, and what is said of it. */
  async send(body: string): Promise<string> {
    const response = await this.#post("xhr_send", body);
    return `${response.status} ${await response.text()}`.trim();
  }

  #post(what: string, body: string, signal?: AbortSignal): Promise<Response> {
    return send(this.#sockjs, `${this.#path}/${what}`, {
      method: "POST",
      headers: { "Content-Type": "text/plain", ...this.#headers },
      ...(body !== "" && { body }),
      ...(signal && { signal }),
    });
  }
}
