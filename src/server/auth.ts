/**
 * HTTP authentication of handshakes: Basic (RFC 7617) and Bearer (RFC 6750).
 *
 * Browsers can't set the `Authorization` header of a WebSocket: for pages, look at a cookie in `onHandshake`.
 *
 * @module
 */

import { createHash, timingSafeEqual } from "node:crypto";
import type { HttpHeaders } from "../http/headers.ts";
import type { Acceptance, Awaitable } from "./handler.ts";
import type { HandshakeRequest } from "./handshake-request.ts";

/** A user as the client gave it. */
export interface BasicCredentials {
  readonly username: string;
  readonly password: string;
}

/** A hook for `onHandshake` that always gives the connection its data, or refuses. */
export type AuthHook<Data> = ((request: HandshakeRequest) => Promise<Response | Acceptance<Data>>) &
  // Were it a function and nothing else, the compiler would not infer `Data` when the hook is made in a call of `serve`.
  AuthChallenge;

/** What is known about an {@link AuthHook}. */
export interface AuthChallenge {
  /** What asks the client for credentials: the value of `WWW-Authenticate` for a request without any. */
  readonly challenge: string;
}

/** What a `check` returns to refuse: whatever is falsy, so that a look-up without a result never admits anybody. */
export type Nothing = false | null | undefined | "" | 0;

/** How {@link basicAuth} decides. */
export interface BasicAuthOptions<Data> {
  /** What the user is asked to log in to. Default: `WebSocket`. */
  readonly realm?: string | undefined;
  /** Returns the connection's data, or nothing for wrong credentials. Compare secrets with {@link safeEqual}. */
  readonly check: (
    credentials: BasicCredentials,
    request: HandshakeRequest,
  ) => Awaitable<Data | Nothing>;
}

/** How {@link bearerAuth} decides. */
export interface BearerAuthOptions<Data> {
  /** Named in the challenge. Default: none. */
  readonly realm?: string | undefined;
  /** Returns the connection's data, or nothing for a token that is not valid. */
  readonly check: (token: string, request: HandshakeRequest) => Awaitable<Data | Nothing>;
}

/**
 * An `onHandshake` that asks for a user name and a password, and answers 401 without right ones.
 *
 * Use it over TLS only: the password is sent as it is.
 *
 * @throws TypeError for a realm that can't stand in a header, and without a `check`.
 *
 * @example
 * ```ts
 * const onHandshake = basicAuth({
 *   realm: "chat",
 *   check: ({ username, password }) => safeEqual(password, secret) && { username },
 * });
 * ```
 */
export function basicAuth<Data>(options: BasicAuthOptions<Data>): AuthHook<Data> {
  const { realm = "WebSocket", check } = options;
  requireFunction(check);
  const challenge = `Basic realm=${quoteString(realm)}, charset="UTF-8"`;
  const hook = async (request: HandshakeRequest): Promise<Response | Acceptance<Data>> => {
    const credentials = readBasic(readAuthorization(request.headers, "basic"));
    const data = credentials ? await check(credentials, request) : undefined;
    return data ? accept(data as Data) : unauthorized(challenge);
  };
  return Object.assign(hook, { challenge });
}

/**
 * An `onHandshake` that asks for a bearer token, and answers 401 without a valid one.
 *
 * @throws TypeError for a realm that can't stand in a header, and without a `check`.
 *
 * @example
 * ```ts
 * const onHandshake = bearerAuth({ check: async (token) => (await findSession(token)) ?? false });
 * ```
 */
export function bearerAuth<Data>(options: BearerAuthOptions<Data>): AuthHook<Data> {
  const { realm, check } = options;
  requireFunction(check);
  const challenge = realm === undefined ? "Bearer" : `Bearer realm=${quoteString(realm)}`;
  const hook = async (request: HandshakeRequest): Promise<Response | Acceptance<Data>> => {
    const token = readAuthorization(request.headers, "bearer");
    const data = token === undefined ? undefined : await check(token, request);
    if (data) return accept(data as Data);
    // RFC 6750 section 3.1: no error code for a request that brought no token.
    if (token === undefined) return unauthorized(challenge);
    return unauthorized(`${challenge}${realm === undefined ? " " : ", "}error="invalid_token"`);
  };
  return Object.assign(hook, { challenge });
}

/**
 * Whether two secrets are the same, in a time that says nothing about either but its length.
 *
 * Source of the risk: comparing with `===` stops at the first difference, which an attacker can time.
 */
export function safeEqual(a: string | Uint8Array, b: string | Uint8Array): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

/** A hook that is made wrong is found when it is made, not with the first client. */
function requireFunction(check: unknown): void {
  if (typeof check !== "function") throw new TypeError("`check` has to be a function");
}

function digest(secret: string | Uint8Array): Buffer {
  return createHash("sha256").update(secret).digest();
}

function accept<Data>(data: Data): Acceptance<Data> {
  const acceptance = { data };
  return acceptance;
}

function unauthorized(challenge: string): Response {
  const headers = { "WWW-Authenticate": challenge, "Content-Type": "text/plain; charset=utf-8" };
  return new Response("Authentication is needed.\n", { status: 401, headers });
}

/** The credentials of a scheme (RFC 9110 section 11.4); `undefined` for another scheme, and for several headers. */
function readAuthorization(headers: HttpHeaders, scheme: string): string | undefined {
  const [value, ...others] = headers.getAll("authorization");
  if (value === undefined || others.length > 0) return undefined;
  const end = value.indexOf(" ");
  if (end < 0 || value.slice(0, end).toLowerCase() !== scheme) return undefined;
  const credentials = value.slice(end + 1).trim();
  return /^[A-Za-z0-9._~+/-]+=*$/.test(credentials) ? credentials : undefined;
}

/** User and password, from base64 of UTF-8; a password may contain colons, a user name can't. */
function readBasic(credentials: string | undefined): BasicCredentials | undefined {
  if (credentials === undefined) return undefined;
  const text = Buffer.from(credentials, "base64").toString("utf8");
  const colon = text.indexOf(":");
  // Bytes that are no UTF-8 became U+FFFD, which would make different passwords the same.
  if (colon < 0 || text.includes("\ufffd")) return undefined;
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** RFC 9110 section 5.6.4. */
function quoteString(text: string): string {
  if (!/^[\t\x20-\x7e]*$/.test(text)) {
    throw new TypeError(`realm ${JSON.stringify(text)} has to be printable ASCII`);
  }
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
