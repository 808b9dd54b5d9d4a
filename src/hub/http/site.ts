/**
 * The hub's plain HTTP: pages and files at exact paths, for `GET` and `HEAD`; and what answers by itself.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import { isLoopbackHeader } from "../address.ts";
import { note, send } from "./reply.ts";
import type { Reply } from "./reply.ts";

/** What is at a path: always the same, or made for each request. */
export type Resource = Reply | (() => Reply);

/** Answers requests by itself, whatever their method. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

export interface SiteOptions {
  /** By exact path. */
  readonly resources: ReadonlyMap<string, Resource>;
  /** By path; one that ends with `/` is for all that begin with it. Default: none. */
  readonly listeners?: ReadonlyMap<string, Listener>;
  /** Requests that name another host than this machine are refused, whatever they are for. */
  readonly onlyLoopback: boolean;
}

export class Site {
  readonly #resources: ReadonlyMap<string, Resource>;
  readonly #listeners: ReadonlyMap<string, Listener>;
  readonly #onlyLoopback: boolean;

  constructor({ resources, listeners = new Map(), onlyLoopback }: SiteOptions) {
    this.#resources = resources;
    this.#listeners = listeners;
    this.#onlyLoopback = onlyLoopback;
  }

  /** Answers one request. */
  serve(request: IncomingMessage, response: ServerResponse): void {
    const { method = "", url = "", headers } = request;
    if (this.#onlyLoopback && !isLoopbackHeader(headers.host)) {
      const refusal = note(403, "This hub answers to the names of this machine only.");
      return send(request, response, refusal);
    }
    const [path = ""] = url.split("?", 1);
    const listener = this.#listener(path);
    if (listener) listener(request, response);
    else send(request, response, this.#read(path, method));
  }

  #listener(path: string): Listener | undefined {
    const folder = path.slice(0, path.indexOf("/", 1) + 1);
    return this.#listeners.get(path) ?? this.#listeners.get(folder);
  }

  #read(path: string, method: string): Reply {
    const resource = this.#resources.get(path);
    if (!resource) return note(404, "There is nothing here. Begin at /");
    if (method !== "GET" && method !== "HEAD") {
      return note(405, "This can only be read.", { Allow: "GET, HEAD", Connection: "close" });
    }
    return typeof resource === "function" ? resource() : resource;
  }
}
