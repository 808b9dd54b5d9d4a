/**
 * The cookie that a client opened its connection with (WAMP specification, "Cookie-based Authentication").
 *
 * @module
 */

import type { HttpHeaders } from "../../../http/headers.ts";
import { isSame } from "../../authentication/bytes.ts";
import { sha256 } from "../../authentication/hashing.ts";
import { checkOptions } from "../../../util/option-names.ts";
import type { Authenticator, Introduction } from "./authenticator.ts";
import { REFUSED, admit, byName } from "./principals.ts";
import type { FindPrincipal, PrincipalFacts, PrincipalTable } from "./principals.ts";

/** Whose cookie it is. */
export interface CookiePrincipal extends PrincipalFacts {
  readonly authid: string;
}

/** What a client says, and its cookie. */
export interface CookieIntroduction extends Introduction {
  readonly cookie: string;
}

export interface CookieOptions {
  /** Of the cookie. */
  readonly name: string;
  /** By value of the cookie (a map is copied), or a function that finds them by it. */
  readonly principals:
    | PrincipalTable<CookiePrincipal>
    | FindPrincipal<CookiePrincipal, CookieIntroduction>;
}

/**
 * Clients are whoever their cookie belongs to: pages of yours are logged in already. The server refuses pages of others by
 * default; leave it at that.
 *
 * A client without the cookie may try its next method.
 *
 * @example
 * ```ts
 * const sessions = new Map([["f3a9", { authid: "joe", role: "user" }]]);
 * const authenticators = [cookie({ name: "session", principals: ({ cookie }) => sessions.get(cookie) })];
 * ```
 */
export function cookie(options: CookieOptions): Authenticator {
  checkOptions("cookie", options, { name: true, principals: true });
  const { name, principals } = options;
  const find = typeof principals === "function" ? principals : finder(byName(principals));
  return {
    method: "cookie",
    async begin(introduction) {
      const value = cookieOf(introduction, name);
      if (value === undefined) return { type: "skip" };
      const facts = await find({ ...introduction, cookie: value });
      return facts ? admit(facts, introduction, "cookie") : REFUSED;
    },
  };
}

/** All are compared, and to their end: the time says nothing about them. */
function finder(
  principals: ReadonlyMap<string, CookiePrincipal>,
): FindPrincipal<CookiePrincipal, CookieIntroduction> {
  const known = Promise.all(
    Array.from(principals, async ([value, facts]) => ({ digest: await sha256(value), facts })),
  );
  return async ({ cookie: value }) => {
    const given = await sha256(value);
    const [found] = (await known).filter(({ digest }) => isSame(digest, given));
    return found && { provider: "static", ...found.facts };
  };
}

/** RFC 6265 section 5.4: pairs, separated by semicolons; the first of a name is the most specific one. */
function cookieOf({ link }: Introduction, name: string): string | undefined {
  const request = (link.connection?.request ?? {}) as {
    readonly headers?: HttpHeaders | undefined;
  };
  const header = request.headers?.get("cookie") ?? "";
  for (const pair of header.split(";")) {
    const at = pair.indexOf("=");
    if (at >= 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}
