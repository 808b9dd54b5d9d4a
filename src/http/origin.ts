/**
 * Which web pages may connect (RFC 6455 section 10.2).
 *
 * A browser lets any page connect anywhere, with the cookies of the server it connects to, and only says in `Origin`
 * which page it was. Who sends no Origin is no browser, and none of this protects against it.
 *
 * @module
 */

import { parseHost } from "./host.ts";
import type { Host } from "./host.ts";

/** Which origins are allowed: each entry is an origin such as `https://example.com`, or `"null"`, or a pattern. */
export type Origins = readonly (string | RegExp)[] | "any";

/** An origin that has a host (RFC 6454 section 6.2). */
interface HostedOrigin {
  readonly scheme: string;
  readonly host: Host;
}

/** The side of the server: where the page says that it connected to. */
export interface Target {
  readonly host: Host;
  readonly secure: boolean;
}

export class OriginPolicy {
  readonly #any: boolean;
  readonly #texts: ReadonlySet<string> | undefined;
  readonly #patterns: readonly RegExp[];

  /**
   * Without a list, an origin has to be that of the server itself. A pattern has to match the whole origin.
   *
   * @throws TypeError for an entry that is no origin.
   */
  constructor(origins?: Origins) {
    this.#any = origins === "any";
    const list = origins === "any" ? [] : origins;
    const texts = list?.filter((entry) => typeof entry === "string");
    this.#texts = texts && new Set(texts.map(readEntry));
    this.#patterns = list?.filter((entry) => entry instanceof RegExp).map(anchor) ?? [];
  }

  allows(origin: string, target: Target): boolean {
    if (this.#any) return true;
    const normal = normalize(origin);
    if (normal === undefined) return false;
    if (!this.#texts) return isSameOrigin(origin, target);
    if (this.#texts.has(normal)) return true;
    // What has no origin says nothing about itself: a pattern such as /.*/ is not meant to include it.
    return normal !== "null" && this.#patterns.some((pattern) => pattern.test(normal));
  }

  /** Whether the page that a plain request is from may send it; one without an Origin is from none. */
  allowsRequest(request: Request): boolean {
    const origin = request.headers.get("origin");
    if (origin === null) return true;
    const { host, protocol } = new URL(request.url);
    const target = parseHost(host);
    return !!target && this.allows(origin, { host: target, secure: protocol === "https:" });
  }
}

/** Whether a page of `origin` is of the host that it connects to. A secure server takes no page that was not. */
export function isSameOrigin(origin: string, { host, secure }: Target): boolean {
  const page = parseOrigin(origin);
  if (!page || (secure && page.scheme !== "https")) return false;
  // The browser leaves a scheme's own port out of both headers. Behind a proxy we may not know the scheme that it saw.
  const standard = page.scheme === "https" ? 443 : 80;
  return page.host.name === host.name && (page.host.port ?? standard) === (host.port ?? standard);
}

/** The origin in one spelling: lower case, without the scheme's own port; `undefined` for what is none. */
function normalize(origin: string): string | undefined {
  const text = origin.toLowerCase();
  const page = parseOrigin(text);
  if (!page) return /^(?:null|[a-z][a-z0-9+.-]*:\/\/[^/?#\s,]+)$/.test(text) ? text : undefined;
  const { name, port } = page.host;
  const standard = page.scheme === "https" ? 443 : 80;
  const suffix = port === undefined || port === standard ? "" : `:${port}`;
  return `${page.scheme}://${name.includes(":") ? `[${name}]` : name}${suffix}`;
}

/** Reads an origin of the web; those of browser extensions and applications have no host that could be compared. */
function parseOrigin(origin: string): HostedOrigin | undefined {
  const scheme = /^https?(?=:\/\/)/i.exec(origin)?.[0].toLowerCase();
  const host = scheme && parseHost(origin.slice(scheme.length + "://".length));
  return scheme && host ? { scheme, host } : undefined;
}

function readEntry(entry: string): string {
  const normal = normalize(entry);
  if (normal !== undefined) return normal;
  const text = JSON.stringify(entry);
  throw new TypeError(`origins: ${text} is no origin: write it as "https://example.com"`);
}

/** A pattern that has to match the whole text: `/example\.com/` must not match `https://example.com.evil.org`. */
function anchor(pattern: RegExp): RegExp {
  return new RegExp(`^(?:${pattern.source})$`, pattern.flags.replace(/[gmy]/g, ""));
}
