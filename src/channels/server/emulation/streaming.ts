/**
 * Clients where WebSockets are blocked: two endpoints of plain HTTP.
 *
 * @module
 */

import { Connection } from "../../../connection/connection.ts";
import type { Engine } from "../../../engine/engine.ts";
import type { HttpHandler, HttpPeer } from "../../../http/handler.ts";
import { HttpHeaders } from "../../../http/headers.ts";
import type { Origins } from "../../../http/origin.ts";
import type { Clock } from "../../../util/clock.ts";
import { CloseCode } from "../../../util/close-code.ts";
import type { Codec } from "../../protocol/codec.ts";
import type { Logger } from "../session-server.ts";
import { CrossOrigin } from "./cross-origin.ts";
import { EmulationRouter } from "./emulation-router.ts";
import { jsonEncoding, protobufEncoding } from "./encoding.ts";
import type { StreamEncoding } from "./encoding.ts";
import { readBody } from "../../../http/read-body.ts";
import { StreamTransport } from "./stream-transport.ts";

/** How clients are served over plain HTTP. */
export interface StreamingOptions {
  /** The web pages that may connect, as for `serve`. Default: pages from the host that they connect to. */
  readonly origins?: Origins | undefined;
  /** The largest body of a request; a larger one is answered with 413. Default: 65536. */
  readonly maxMessage?: number | undefined;
}

/** The request that a stream began with: what is known of it is called as in the handshake of a WebSocket. */
export interface StreamRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
  readonly headers: HttpHeaders;
  readonly host: string;
  /** The origin of the page that connects, if it was a page. It has passed the server's check. */
  readonly origin: string | undefined;
  readonly remoteAddress: string | undefined;
  readonly secure: boolean;
}

/** What it needs of the server. */
export interface StreamingServer {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: { readonly connectTimeout: number };
  serveClient(
    connection: Connection,
    codec: Codec,
    transport: "http_stream",
    session: string,
  ): Promise<void>;
}

const HEADERS = {
  // Who compresses on the way would hold things back.
  "Cache-Control": "no-store, no-transform",
  "X-Accel-Buffering": "no",
};

const ENCODINGS: readonly StreamEncoding[] = [jsonEncoding, protobufEncoding];

export class Streaming {
  /** Begins a stream: the body of the request are commands, that of the response are all replies. */
  readonly stream: HttpHandler;
  /** Commands for a stream that is there. */
  readonly emulation: HttpHandler;
  readonly #server: StreamingServer;
  readonly #router: EmulationRouter;
  readonly #maxMessage: number;

  /** @throws TypeError or RangeError for options that make no sense. */
  constructor(server: StreamingServer, { origins, maxMessage = 64 * 1024 }: StreamingOptions) {
    if (!(maxMessage > 0)) {
      throw new RangeError(`maxMessage is ${maxMessage}, and has to be a number above 0`);
    }
    const crossOrigin = new CrossOrigin(origins);
    this.#server = server;
    this.#router = EmulationRouter.of(server.engine, server.clock);
    this.#maxMessage = maxMessage;
    this.stream = crossOrigin.guard((request, peer) =>
      this.#read(request, (encoding, body) => this.#open(request, peer, encoding, body)),
    );
    this.emulation = crossOrigin.guard((request) =>
      this.#read(request, (encoding, body) => this.#emulate(encoding, body)),
    );
  }

  /** Clients are ended by the server. */
  stop(): void {
    this.#router.leave();
  }

  async #read(
    request: Request,
    use: (encoding: StreamEncoding, body: Uint8Array) => Response | Promise<Response>,
  ): Promise<Response> {
    const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
    const encoding = ENCODINGS.find(({ mediaType }) => mediaType === type);
    if (!encoding) return refuse(415);
    const { clock, settings } = this.#server;
    const limits = { maxBytes: this.#maxMessage, timeout: settings.connectTimeout, clock };
    const body = await readBody(request, limits);
    return typeof body === "number" ? refuse(body) : use(encoding, body);
  }

  #open(request: Request, peer: HttpPeer, encoding: StreamEncoding, body: Uint8Array): Response {
    const frame = encoding.readFrame(body);
    if (frame === undefined || frame.length === 0) return refuse(400);
    let transport!: StreamTransport;
    const connection = new Connection<unknown>(
      (sink) => (transport = new StreamTransport(sink, encoding, request.signal)),
      { data: undefined, request: describe(request, peer) },
      { clock: this.#server.clock },
    );
    void this.#serve(connection, transport, encoding.codec);
    void transport.receive(frame);
    const headers = { ...HEADERS, "Content-Type": encoding.mediaType };
    return new Response(transport.body, { headers });
  }

  /** Never rejects. */
  async #serve(connection: Connection, transport: StreamTransport, codec: Codec): Promise<void> {
    const session = globalThis.crypto.randomUUID();
    this.#router.add(session, transport);
    try {
      await this.#server.serveClient(connection, codec, "http_stream", session);
    } catch (error) {
      this.#server.logger.error("a client could not be served", error);
      void connection.close(CloseCode.InternalError);
    }
    await connection.closed;
    this.#router.delete(session);
  }

  async #emulate(encoding: StreamEncoding, body: Uint8Array): Promise<Response> {
    const emulated = encoding.readEmulated(body);
    if (!emulated) return refuse(400);
    const outcome = await this.#router.deliver(emulated);
    return refuse(outcome === "taken" ? 204 : outcome === "unknown" ? 404 : 503);
  }
}

function refuse(status: number): Response {
  return new Response(null, { status });
}

function describe(request: Request, { address }: HttpPeer): StreamRequest {
  const { method, headers } = request;
  const { host, pathname, search, protocol } = new URL(request.url);
  return {
    method,
    url: `${pathname}${search}`,
    headers: new HttpHeaders([...headers].flat()),
    host,
    origin: headers.get("origin") ?? undefined,
    remoteAddress: address,
    secure: protocol === "https:",
  };
}
