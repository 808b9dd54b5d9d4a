/**
 * Answers to plain HTTP requests: whole, in memory, and safe to show in a browser.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** For what never changes: its address names its content. */
export const FOREVER = "public, max-age=31536000, immutable";

/** May be kept, but is asked for each time whether it still holds. */
export const REVALIDATE = "no-cache";

/** For what differs each time. */
export const NEVER = "no-store";

/** The pages have no inline script or style, and need nothing from elsewhere; `'self'` covers WebSockets too. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const SECURITY: Readonly<Record<string, string>> = {
  "Content-Security-Policy": POLICY,
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** A reply that may be kept as `cache` says. */
export function reply(type: string, content: string | Uint8Array, cache: string): Reply {
  const body = typeof content === "string" ? Buffer.from(content) : content;
  const headers: Record<string, string> = { "Content-Type": type, "Cache-Control": cache };
  if (cache !== NEVER) headers["ETag"] = `"${digest(body)}"`;
  return { status: 200, headers, body };
}

/** One line of text. */
export function note(status: number, text: string, headers: Record<string, string> = {}): Reply {
  return {
    status,
    headers: { "Content-Type": "text/plain; charset=utf-8", "Cache-Control": NEVER, ...headers },
    body: Buffer.from(`${text}\n`),
  };
}

function digest(data: Uint8Array): string {
  return createHash("sha256").update(data).digest("hex").slice(0, 16);
}

/** Sends a reply; to a browser that has it already, only that it still holds (RFC 9110 section 15.4.5). */
export function send(request: IncomingMessage, response: ServerResponse, answer: Reply): void {
  const { status, headers, body } = answer;
  const etag = headers["ETag"];
  const known = etag !== undefined && matches(request.headers["if-none-match"], etag);
  if (known) {
    response.writeHead(304, { ...SECURITY, ...headers }).end();
    return;
  }
  response.writeHead(status, { ...SECURITY, ...headers, "Content-Length": String(body.length) });
  response.end(request.method === "HEAD" ? undefined : body);
}

function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag);
}
