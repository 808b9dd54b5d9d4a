/**
 * Plain HTTP as the systems above connections hand it out: a function of the web's own `Request` and `Response`, so that it
 * runs in any server that knows these.
 *
 * @module
 */

/** What is known of whoever sent a request, beside the request. */
export interface HttpPeer {
  /** The address of the client, where it is known; behind a trusted proxy that of the proxy's client. */
  readonly address: string | undefined;
}

/**
 * Answers a request. It never rejects because of what the client did; when the client goes away, the request's `signal` is
 * aborted, and the body of the response cancelled.
 */
export type HttpHandler = (request: Request, peer: HttpPeer) => Promise<Response>;
