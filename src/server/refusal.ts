/**
 * HTTP responses written to a socket that Node's HTTP server has handed over.
 *
 * @module
 */

import { STATUS_CODES, validateHeaderName, validateHeaderValue } from "node:http";
import type { Duplex } from "node:stream";
import type { Refusal } from "../protocol/handshake/refusal.ts";
import type { Clock } from "../util/clock.ts";

export type { Refusal };

/** A whole response; its length and `Connection: close` are added when it is written. */
export interface Answer {
  readonly status: number;
  readonly statusText?: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** How long a client may take to read a refusal and hang up, in milliseconds. */
const LINGER = 2000;

/** Headers about the message itself, which are ours to set. */
const FRAMING: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "date",
  "keep-alive",
  "trailer",
  "transfer-encoding",
]);

/** A refusal says why in one line of text. */
export function refusalAnswer({ status, headers, message }: Refusal): Answer {
  const text: [string, string] = ["Content-Type", "text/plain; charset=utf-8"];
  return { status, headers: [...headers, text], body: Buffer.from(`${message}\n`) };
}

/**
 * The response that an application made, with its body read.
 *
 * @throws what reading the body throws, and TypeError for a status that is no final one.
 */
export async function responseAnswer(response: Response): Promise<Answer> {
  const { status } = response;
  if (!(Number.isInteger(status) && status >= 200 && status <= 599)) {
    throw new TypeError(`a response can't have the status ${status}`);
  }
  const body = new Uint8Array(await response.arrayBuffer());
  const headers = [...response.headers].filter(([name]) => !FRAMING.has(name.toLowerCase()));
  return { status, statusText: response.statusText, headers, body };
}

/** Whether `value` is a `Response`, of this or another implementation of the standard. */
export function isResponse(value: unknown): value is Response {
  if (value instanceof Response) return true;
  const response = value as Partial<Response> | null | undefined;
  return typeof response?.status === "number" && typeof response.arrayBuffer === "function";
}

/**
 * The status line and headers.
 *
 * @throws TypeError for a name or value that could not stand in one line.
 */
export function formatHead(
  status: number,
  headers: readonly (readonly [name: string, value: string])[],
  statusText: string = STATUS_CODES[status] ?? "",
): string {
  validateHeaderValue("the status text", statusText);
  let head = `HTTP/1.1 ${status} ${statusText}\r\n`;
  for (const [name, value] of headers) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    head += `${name}: ${value}\r\n`;
  }
  return `${head}\r\n`;
}

/** The bytes of a response after which the connection is closed. @throws as {@link formatHead}. */
export function formatAnswer({ status, statusText, headers, body }: Answer): Buffer {
  // RFC 9110 sections 8.6 and 15.4.5: these have neither a body nor, for 204, a length.
  const isEmpty = status === 204 || status === 304;
  const framing: [string, string][] = [
    ["Date", new Date().toUTCString()],
    ["Connection", hasUpgrade(headers) ? "Upgrade, close" : "close"],
  ];
  if (!isEmpty) framing.push(["Content-Length", String(body.length)]);
  const others = headers.filter(([name]) => name.toLowerCase() !== "connection");
  const head = formatHead(status, [...framing, ...others], statusText || undefined);
  const bytes = Buffer.from(head, "latin1");
  return isEmpty ? bytes : Buffer.concat([bytes, body]);
}

/** Writes the last bytes to a socket, waits a moment for the peer to hang up, and closes it. */
export function endSocket(socket: Duplex, clock: Clock, bytes?: Uint8Array): void {
  if (socket.destroyed) return;
  const timer = clock.setTimeout(() => socket.destroy(), LINGER);
  socket.once("close", () => clock.clearTimeout(timer));
  socket.end(bytes);
  // What the peer still sends is read, since closing a socket with unread bytes resets it, and loses the response.
  socket.resume();
}

/** `Upgrade` has to be named in `Connection` (RFC 9110 section 7.8). */
function hasUpgrade(headers: Answer["headers"]): boolean {
  return headers.some(([name]) => name.toLowerCase() === "upgrade");
}
