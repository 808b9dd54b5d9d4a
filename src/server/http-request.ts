/**
 * A request of Node's `http` as one of the web's.
 *
 * @module
 */

import type { IncomingMessage } from "node:http";
import { parseHost } from "../http/host.ts";
import type { HttpHeaders } from "../http/headers.ts";
import { systemClock } from "../util/clock.ts";
import type { Peer } from "./proxy.ts";
import { endSocket } from "./refusal.ts";

/** `undefined` when it can't be one: its target or its host is malformed, or its method is none of the web's. */
export function readRequest(
  incoming: IncomingMessage,
  headers: HttpHeaders,
  { host, secure }: Peer,
  body: RequestBody,
  signal: AbortSignal,
): Request | undefined {
  const url = readUrl(incoming.url ?? "", host, secure);
  if (url === undefined) return undefined;
  const { method = "GET" } = incoming;
  const hasBody = method !== "GET" && method !== "HEAD" && announcesBody(headers);
  try {
    return new Request(url, {
      method,
      headers: [...headers],
      signal,
      // (A body that is streamed has to say so.)
      ...(hasBody && { body: body.stream, duplex: "half" }),
    });
  } catch {
    return undefined;
  }
}

/** The target is a path, or a whole URL as proxies get it (RFC 9112 section 3.2): then its host is the one that counts. */
function readUrl(target: string, host: string, secure: boolean): string | undefined {
  const absolute = /^(https?):\/\/([^/?#]*)(.*)$/i.exec(target);
  const authority = absolute ? (absolute[2] as string) : host;
  const path = absolute ? (absolute[3] as string) : target;
  if (!parseHost(authority) || !/^(?:$|[/?])/.test(path) || (path === "" && !absolute)) {
    return undefined;
  }
  const text = `${secure ? "https" : "http"}://${authority}${path}`;
  return URL.canParse(text) ? text : undefined;
}

function announcesBody(headers: HttpHeaders): boolean {
  return headers.has("transfer-encoding") || Number(headers.get("content-length") ?? 0) > 0;
}

/** How much of a body that nobody wants is read, so that the connection can be used again. Bytes. */
const MAX_UNWANTED = 256 * 1024;

/** The body of a request. Nothing is read before somebody wants it, and no faster than it is wanted. */
export class RequestBody {
  readonly #incoming: IncomingMessage;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #isListening = false;
  /** Bytes that may still be read in vain, once nobody wants the rest. */
  #left: number | undefined;

  constructor(incoming: IncomingMessage) {
    this.#incoming = incoming;
  }

  get stream(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          this.#controller = controller;
          this.#read();
        },
        cancel: () => void (this.#controller = undefined),
      },
      { highWaterMark: 0 },
    );
  }

  /**
   * The response is complete. What is left has to be read before the next request, and before the socket is closed, since
   * a client that still sends would else never see the response. Node would read all of it, however much that is.
   */
  discard(): void {
    if (this.#incoming.complete || this.#incoming.destroyed) return;
    this.#left = MAX_UNWANTED;
    this.#end((controller) => controller.error(new Error("the response is complete already")));
    this.#read();
  }

  #read(): void {
    const incoming = this.#incoming;
    if (!this.#isListening) {
      this.#isListening = true;
      incoming.on("data", (chunk: Uint8Array) => this.#take(chunk));
      incoming.once("end", () => this.#end((controller) => controller.close()));
      incoming.once("close", () =>
        this.#end((controller) => controller.error(new Error("the client has gone"))),
      );
    }
    incoming.resume();
  }

  #take(chunk: Uint8Array): void {
    if (this.#left === undefined) {
      this.#incoming.pause();
      this.#controller?.enqueue(chunk);
      return;
    }
    const hadRoom = this.#left >= 0;
    this.#left -= chunk.length;
    if (hadRoom && this.#left < 0) endSocket(this.#incoming.socket, systemClock);
  }

  #end(finish: (controller: ReadableStreamDefaultController<Uint8Array>) => void): void {
    const controller = this.#controller;
    this.#controller = undefined;
    if (controller) finish(controller);
  }
}
