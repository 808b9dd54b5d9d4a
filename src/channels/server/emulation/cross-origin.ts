/**
 * Which web pages may use an endpoint, and telling browsers so (CORS, of the Fetch standard).
 *
 * A page of another origin can send some requests without asking: so who is not allowed is refused before anything is done.
 *
 * @module
 */

import type { HttpHandler, HttpPeer } from "../../../http/handler.ts";
import { OriginPolicy } from "../../../http/origin.ts";
import type { Origins } from "../../../http/origin.ts";

const METHODS = "POST, OPTIONS";

/** How long a browser need not ask again. Seconds. */
const MAX_AGE = "600";

export class CrossOrigin {
  readonly #policy: OriginPolicy;
  readonly #trustsCookies: boolean;

  /** @throws TypeError for an entry that is no origin. */
  constructor(origins: Origins | undefined) {
    this.#policy = new OriginPolicy(origins);
    // Any page at all is not to act for whoever looks at it.
    this.#trustsCookies = origins !== "any";
  }

  /** A handler of POST requests, of those pages only. */
  guard(handler: HttpHandler): HttpHandler {
    return async (request, peer) => {
      const origin = request.headers.get("origin");
      if (origin === null) return answer(request, peer, handler);
      if (!this.#policy.allowsRequest(request)) return new Response(null, { status: 403 });
      const response = await answer(request, peer, handler);
      const { headers } = response;
      headers.set("Access-Control-Allow-Origin", origin);
      headers.set("Vary", "Origin");
      if (this.#trustsCookies) headers.set("Access-Control-Allow-Credentials", "true");
      return response;
    };
  }
}

async function answer(request: Request, peer: HttpPeer, handler: HttpHandler): Promise<Response> {
  if (request.method === "POST") return handler(request, peer);
  if (request.method !== "OPTIONS") {
    return new Response(null, { status: 405, headers: { Allow: METHODS } });
  }
  return new Response(null, {
    status: 204,
    headers: {
      Allow: METHODS,
      "Access-Control-Allow-Methods": "POST",
      "Access-Control-Allow-Headers": "Content-Type",
      "Access-Control-Max-Age": MAX_AGE,
    },
  });
}
