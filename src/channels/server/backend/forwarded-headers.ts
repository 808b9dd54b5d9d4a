/**
 * The header fields of requests to the backend: some of the client's, and some of ours.
 *
 * @module
 */

import type { ClientFacts } from "../hooks.ts";

export interface HeaderOptions {
  /** Which fields of the client's handshake. */
  readonly headers?: readonly string[] | undefined;
  /** Which fields that the client emulates; one of the handshake by the same name counts more. */
  readonly emulatedHeaders?: readonly string[] | undefined;
  /** Fields of ours; they count most. */
  readonly staticHeaders?: Readonly<Record<string, string>> | undefined;
}

/** Of the request itself, or of the way that it goes. */
const RESERVED = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "expect",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "x-signature",
]);

const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** What the headers of a handshake look like, those of `serve` and those of the web's `Request`. */
interface Headers {
  get(name: string): string | null | undefined;
  getAll?(name: string): readonly string[];
}

export class ForwardedHeaders {
  readonly #real: readonly string[];
  readonly #emulated: readonly string[];
  /** Those of ours. */
  readonly fixed: ReadonlyMap<string, string>;

  /** @throws TypeError for names that can't be forwarded, and values that can't be sent. */
  constructor({ headers = [], emulatedHeaders = [], staticHeaders = {} }: HeaderOptions) {
    this.#real = headers.map(checkName);
    this.#emulated = emulatedHeaders.map(checkName);
    this.fixed = new Map(
      Object.entries(staticHeaders).map(([name, value]) => {
        // (The value may be a secret.)
        if (!VALUE.test(value)) throw new TypeError(`the header ${name} has a value that can't be`);
        return [checkName(name), value];
      }),
    );
  }

  of({ request, headers }: ClientFacts): Map<string, string> {
    const found = new Map<string, string>();
    for (const name of this.#emulated) add(found, name, headers.get(name));
    const real = headersOf(request);
    for (const name of this.#real) add(found, name, real && valueOf(real, name));
    for (const [name, value] of this.fixed) found.set(name, value);
    return found;
  }
}

/** What can't be sent is left out: it would fail the whole request. */
function add(found: Map<string, string>, name: string, value: string | undefined): void {
  if (value !== undefined && VALUE.test(value)) found.set(name, value);
}

function headersOf(request: unknown): Headers | undefined {
  const { headers } = (request ?? {}) as { headers?: Partial<Headers> };
  return typeof headers?.get === "function" ? (headers as Headers) : undefined;
}

/** Several cookie fields are one, but not joined as others are (RFC 9113 section 8.2.3). */
function valueOf(headers: Headers, name: string): string | undefined {
  const cookies = name === "cookie" ? (headers.getAll?.(name) ?? []) : [];
  if (cookies.length > 1) return cookies.join("; ");
  return headers.get(name) ?? undefined;
}

function checkName(name: string): string {
  const lower = name.toLowerCase();
  if (!NAME.test(lower) || RESERVED.has(lower)) {
    throw new TypeError(`the header ${JSON.stringify(name)} can't be sent to the backend`);
  }
  return lower;
}
