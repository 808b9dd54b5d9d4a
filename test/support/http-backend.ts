/**
 * A backend for tests: it remembers what it was asked, and answers what it is told to.
 *
 * @module
 */

import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface BackendRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

/** Answers with what is returned, as JSON, unless it has answered by itself. */
export type Answer = (request: BackendRequest, response: ServerResponse) => unknown;

export class HttpBackend implements AsyncDisposable {
  readonly requests: BackendRequest[] = [];
  answer: Answer = () => ({ result: {} });
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Listens at `port`, or at any that is free. */
  static async start(port = 0): Promise<HttpBackend> {
    const server = createServer((request, response) => void backend.#handle(request, response));
    const backend = new HttpBackend(server);
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return backend;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    for await (const chunk of request.setEncoding("utf8")) text += chunk;
    const { url: path = "", headers } = request;
    const received = { path, headers, text, body: JSON.parse(text) as unknown };
    this.requests.push(received);
    const answer = await this.answer(received, response);
    if (answer !== undefined) response.end(JSON.stringify(answer));
  }
}
