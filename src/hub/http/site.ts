/**
 * The hub's plain HTTP: exact paths, `GET` and `HEAD`.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import { isLoopbackHeader } from "../address.ts";
import { note, send } from "./reply.ts";
import type { Reply } from "./reply.ts";

/** What is at a path: always the same, or made for each request. */
export type Resource = Reply | (() => Reply);

export class Site {
  readonly #resources: ReadonlyMap<string, Resource>;
  readonly #onlyLoopback: boolean;

  /** `onlyLoopback`: requests that name another host than this machine are refused. */
  constructor(resources: Iterable<readonly [path: string, Resource]>, onlyLoopback: boolean) {
    this.#resources = new Map(resources);
    this.#onlyLoopback = onlyLoopback;
  }

  /** Answers one request. */
  serve(request: IncomingMessage, response: ServerResponse): void {
    send(request, response, this.#answer(request));
  }

  #answer({ method = "", url = "", headers }: IncomingMessage): Reply {
    if (this.#onlyLoopback && !isLoopbackHeader(headers.host)) {
      return note(403, "This hub answers to the names of this machine only.");
    }
    const [path = ""] = url.split("?", 1);
    const resource = this.#resources.get(path);
    if (!resource) return note(404, "There is nothing here. Begin at /");
    if (method !== "GET" && method !== "HEAD") {
      return note(405, "This can only be read.", { Allow: "GET, HEAD", Connection: "close" });
    }
    return typeof resource === "function" ? resource() : resource;
  }
}
