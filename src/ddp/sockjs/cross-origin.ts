/**
 * Telling browsers which pages may use SockJS over plain HTTP (CORS, of the Fetch standard). Its client asks with cookies, even
 * where none are needed, so that a page that may come at all has to be let in with them.
 *
 * @module
 */

import { OriginPolicy } from "../../http/origin.ts";
import type { Origins } from "../../http/origin.ts";

/** How long a browser need not ask again. Seconds. */
const MAX_AGE = "600";

export class CrossOrigin {
  readonly #policy: OriginPolicy;
  readonly #isAny: boolean;

  /** @throws TypeError for an entry that is no origin. */
  constructor(origins: Origins | undefined) {
    this.#policy = new OriginPolicy(origins);
    this.#isAny = origins === "any";
  }

  /** Whether the page may use it; who sends no Origin is no page, or one of this server's own. */
  allows(request: Request): boolean {
    return this.#policy.allowsRequest(request);
  }

  /** As SockJS says in its `info` whom it is for. */
  describe(request: Request): readonly string[] {
    return this.#isAny ? ["*:*"] : [request.headers.get("origin") ?? new URL(request.url).origin];
  }

  /** The response, with what lets the page read it. */
  open(request: Request, response: Response): Response {
    const { headers } = response;
    headers.set("Vary", "Origin");
    const origin = request.headers.get("origin");
    if (origin === null) return response;
    headers.set("Access-Control-Allow-Origin", origin);
    headers.set("Access-Control-Allow-Credentials", "true");
    return response;
  }

  /** The answer to a browser that asks before it sends. */
  preflight(request: Request, methods: string): Response {
    const headers = {
      Allow: methods,
      "Access-Control-Allow-Methods": methods,
      "Access-Control-Allow-Headers": "Content-Type",
      "Access-Control-Max-Age": MAX_AGE,
    };
    return this.open(request, new Response(null, { status: 204, headers }));
  }
}
