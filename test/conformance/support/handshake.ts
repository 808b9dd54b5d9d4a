/**
 * The opening handshake (RFC 6455 section 4) over a plain socket, both sides, as small as a fuzzer can have it.
 *
 * @module
 */

import { createHash, randomBytes } from "node:crypto";
import type { Socket } from "node:net";

import type { Agreement } from "./deflate.ts";
import { answerOffers, offerHeader, readAnswer, type Terms } from "./deflate-terms.ts";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const MAX_HEAD = 16 * 1024;

/** A completed handshake: bytes that came after it, and the compression that was agreed. */
export interface Opened {
  readonly rest: Buffer;
  readonly deflate: Agreement | undefined;
}

interface Head {
  readonly start: string;
  readonly fields: Map<string, string>;
  readonly rest: Buffer;
}

/** Opens as a client. Rejects on anything but the right 101. */
export async function openAsClient(
  socket: Socket,
  url: URL,
  terms: readonly Terms[] | undefined,
): Promise<Opened> {
  const key = randomBytes(16).toString("base64");
  const lines = [
    `GET ${url.pathname}${url.search} HTTP/1.1`,
    `Host: ${url.host}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Key: ${key}`,
    "Sec-WebSocket-Version: 13",
  ];
  if (terms !== undefined) lines.push(`Sec-WebSocket-Extensions: ${offerHeader(terms)}`);
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  const { start, fields, rest } = await readHead(socket);
  if (!/^HTTP\/1\.1 101( |$)/.test(start)) throw new Error(`answered ${start}`);
  checkUpgrade(fields);
  if (fields.get("sec-websocket-accept") !== acceptKey(key))
    throw new Error("wrong Sec-WebSocket-Accept");
  return { rest, deflate: readAnswer(fields.get("sec-websocket-extensions"), terms ?? []) };
}

/** Opens as a server. `termsFor` says, from the request's path, what compression to agree to, if any. */
export async function openAsServer(
  socket: Socket,
  termsFor: (path: string) => readonly Terms[] | undefined,
): Promise<Opened & { path: string }> {
  const { start, fields, rest } = await readHead(socket);
  const path = /^GET (\/[^ ]*) HTTP\/1\.1$/.exec(start)?.[1];
  if (path === undefined) throw new Error(`request ${start}`);
  checkUpgrade(fields);
  if (!fields.has("host")) throw new Error("no Host");
  if (fields.get("sec-websocket-version") !== "13") throw new Error("no version 13");
  const key = fields.get("sec-websocket-key") ?? "";
  if (Buffer.from(key, "base64").length !== 16) throw new Error(`key ${key}`);
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${acceptKey(key)}`,
  ];
  const terms = termsFor(path);
  const agreed = terms && answerOffers(fields.get("sec-websocket-extensions"), terms);
  if (agreed !== undefined) lines.push(`Sec-WebSocket-Extensions: ${agreed.answer}`);
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  return { rest, path, deflate: agreed?.agreement };
}

function acceptKey(key: string): string {
  return createHash("sha1")
    .update(key + GUID)
    .digest("base64");
}

function checkUpgrade(fields: Map<string, string>): void {
  const upgrade = fields.get("upgrade")?.toLowerCase();
  const connection = fields.get("connection")?.toLowerCase().split(/, */);
  if (upgrade !== "websocket" || connection?.includes("upgrade") !== true)
    throw new Error("no upgrade");
}

/** Reads up to the blank line. The socket is left paused, with no listeners of ours. */
async function readHead(socket: Socket): Promise<Head> {
  const { promise, resolve, reject } = deferred<{ head: Buffer; rest: Buffer }>();
  let bytes: Buffer = Buffer.alloc(0);
  const onData = (chunk: Buffer): void => {
    bytes = Buffer.concat([bytes, chunk]);
    const end = bytes.indexOf("\r\n\r\n");
    if (end === -1 && bytes.length <= MAX_HEAD) return;
    socket.pause().off("data", onData);
    if (end === -1) reject(new Error("head too long"));
    else resolve({ head: bytes.subarray(0, end), rest: bytes.subarray(end + 4) });
  };
  const onClose = (): void => reject(new Error("closed during the handshake"));
  socket.on("data", onData).once("end", onClose).once("close", onClose);
  try {
    const { head, rest } = await promise;
    const [start = "", ...lines] = head.toString("latin1").split("\r\n");
    return { start, fields: readFields(lines), rest };
  } finally {
    socket.off("data", onData).off("end", onClose).off("close", onClose);
  }
}

function readFields(lines: readonly string[]): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon < 1) throw new Error(`header line ${line}`);
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return fields;
}

function deferred<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: Error) => void;
} {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
