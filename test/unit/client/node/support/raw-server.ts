/**
 * A server that answers with bytes, for what no decent server sends.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";

/** A request as it came. */
export interface RawRequest {
  readonly target: string;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  /** All header fields, as `Name: value`. */
  readonly lines: readonly string[];
}

type Handler = (request: RawRequest, socket: Socket) => void;

export class RawServer {
  readonly #server: Server;
  readonly sockets = new Set<Socket>();
  readonly requests: RawRequest[] = [];

  private constructor(handler: Handler) {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#serve(socket, handler));
  }

  static async start(handler: Handler, path?: string): Promise<RawServer> {
    const server = new RawServer(handler);
    server.#server.listen(path ?? { port: 0, host: "127.0.0.1" });
    await once(server.#server, "listening");
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #serve(socket: Socket, handler: Handler): void {
    let text = "";
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("error", () => {});
    socket.on("end", () => socket.end());
    const read = (chunk: Buffer): void => {
      text += chunk.toString("latin1");
      const end = text.indexOf("\r\n\r\n");
      if (end < 0) return;
      socket.off("data", read);
      // A server ends the stream when it has the client's close frame.
      socket.on("data", (frame: Buffer) => {
        if (((frame[0] ?? 0) & 0x0f) === 8) socket.end();
      });
      const [first = "", ...lines] = text.slice(0, end).split("\r\n");
      const headers = new Map(
        lines.map((line) => {
          const colon = line.indexOf(":");
          return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
        }),
      );
      const request = { target: first.split(" ")[1] ?? "", headers, lines };
      this.requests.push(request);
      handler(request, socket);
    };
    socket.on("data", read);
  }
}

/** A response that accepts the connection, with `more` header lines. */
export function acceptance({ headers }: RawRequest, more = ""): string {
  const key = headers.get("sec-websocket-key") ?? "";
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  return (
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
    `Sec-WebSocket-Accept: ${accept.digest("base64")}\r\n${more}\r\n`
  );
}

/** A response with a body. */
export function response(status: number, headers = "", body = ""): string {
  const length = Buffer.byteLength(body);
  return `HTTP/1.1 ${status} Whatever\r\nContent-Length: ${length}\r\n${headers}\r\n${body}`;
}
