/**
 * SockJS's plain HTTP: its greeting, its `info`, and polling. For what is not there it answers 404, by which a client knows to
 * try something else.
 *
 * @module
 */

import type { HttpHandler, HttpPeer } from "../../http/handler.ts";
import { readBody } from "../../http/read-body.ts";
import { RouteTable } from "../../http/routes.ts";
import { CrossOrigin } from "./cross-origin.ts";
import { readBatch } from "./frames.ts";
import type { SockJsSettings } from "./options.ts";
import type { Polling } from "./polling.ts";

/** How long the body of a request may take. Milliseconds. */
const BODY_TIMEOUT = 10_000;

const TEXT = "text/plain; charset=UTF-8";
const JSON_TYPE = "application/json; charset=UTF-8";
const SCRIPT = "application/javascript; charset=UTF-8";

const NO_STORE = "no-store, no-cache, no-transform, must-revalidate, max-age=0";

interface Exchange {
  readonly request: Request;
  readonly peer: HttpPeer;
  readonly server: string;
  readonly id: string;
}

/** What is at a path. */
interface Endpoint {
  readonly method: "GET" | "POST";
  readonly answer: (exchange: Exchange) => Response | Promise<Response>;
}

export class SockJsHttp {
  readonly #settings: SockJsSettings;
  readonly #polling: Polling;
  readonly #crossOrigin: CrossOrigin;
  readonly #endpoints: RouteTable<Endpoint>;

  /** @throws TypeError for an origin that is none. */
  constructor(polling: Polling, settings: SockJsSettings) {
    this.#polling = polling;
    this.#settings = settings;
    this.#crossOrigin = new CrossOrigin(settings.origins);
    this.#endpoints = new RouteTable(this.#list(settings.prefix));
  }

  readonly handler: HttpHandler = async (request, peer) => {
    const match = this.#endpoints.match(new URL(request.url).pathname);
    if (!match || match === "malformed") return text(404, "Not Found");
    if (!this.#crossOrigin.allows(request)) return text(403, "Forbidden");
    const { method, answer } = match.value;
    const methods = `OPTIONS, ${method}`;
    if (request.method === "OPTIONS") return this.#crossOrigin.preflight(request, methods);
    if (request.method !== method && !(method === "GET" && request.method === "HEAD")) {
      return text(405, "Method Not Allowed", { Allow: methods });
    }
    const { server = "", id = "" } = match.params;
    return this.#crossOrigin.open(request, await answer({ request, peer, server, id }));
  };

  #list(prefix: string): [pattern: string, endpoint: Endpoint][] {
    const greeting: Endpoint = { method: "GET", answer: () => text(200, "Welcome to SockJS!\n") };
    const onlyUpgrade: Endpoint = {
      method: "GET",
      answer: () => text(400, 'Can "Upgrade" only to "WebSocket".'),
    };
    return [
      [prefix, greeting],
      [`${prefix}/`, greeting],
      [`${prefix}/info`, { method: "GET", answer: ({ request }) => this.#info(request) }],
      [`${prefix}/websocket`, onlyUpgrade],
      [`${prefix}/:server/:id/websocket`, onlyUpgrade],
      [`${prefix}/:server/:id/xhr`, { method: "POST", answer: (exchange) => this.#poll(exchange) }],
      [
        `${prefix}/:server/:id/xhr_send`,
        { method: "POST", answer: (exchange) => this.#take(exchange) },
      ],
    ];
  }

  #info(request: Request): Response {
    const [entropy] = globalThis.crypto.getRandomValues(new Uint32Array(1));
    const origins = this.#crossOrigin.describe(request);
    const info = { websocket: true, origins, cookie_needed: false, entropy };
    return reply(JSON.stringify(info), JSON_TYPE);
  }

  async #poll({ request, peer, server, id }: Exchange): Promise<Response> {
    const known = this.#polling.find(server, id, request);
    const session = known ?? this.#polling.open(server, id, request, peer);
    if (session === 404) return text(404, "Not Found");
    if (session === 503) return text(503, "Service Unavailable");
    return reply(`${await session.poll(request.signal)}\n`, SCRIPT);
  }

  async #take({ request, server, id }: Exchange): Promise<Response> {
    const session = this.#polling.find(server, id, request);
    if (!session || session.isClosed) return text(404, "Not Found");
    const { maxMessage: maxBytes, clock } = this.#settings;
    const body = await readBody(request, { maxBytes, timeout: BODY_TIMEOUT, clock });
    if (typeof body === "number") return text(body, "The body can't be read.");
    const batch = readBatch(new TextDecoder().decode(body));
    if ("problem" in batch) return text(500, batch.problem);
    await session.receive(batch.messages, body.length);
    return new Response(null, { status: 204, headers: { "Content-Type": TEXT } });
  }
}

function reply(body: string, type: string): Response {
  return new Response(body, { headers: { "Content-Type": type, "Cache-Control": NO_STORE } });
}

function text(status: number, body: string, headers: Record<string, string> = {}): Response {
  return new Response(body, { status, headers: { "Content-Type": TEXT, ...headers } });
}
