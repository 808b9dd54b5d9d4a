/**
 * A person in the chat, for as long as their connection lasts.
 *
 * @module
 */

import { RateLimit } from "./rate-limit.ts";

export class Guest {
  /** The id of the connection. */
  readonly client: string;
  /** The page that it is of, if it says so. */
  readonly session: string | undefined;
  /** Only the guests as a whole change it, who know that it is unique; `undefined`: a token says who it is. */
  name: string | undefined;
  readonly rate: RateLimit;

  /** `now`: milliseconds. */
  constructor(client: string, now: () => number, session?: string) {
    this.client = client;
    this.session = session;
    this.rate = new RateLimit(now);
  }
}
