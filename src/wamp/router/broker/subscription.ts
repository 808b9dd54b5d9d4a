/**
 * A pattern of topics, and who gets what is published there.
 *
 * @module
 */

import type { Id, MatchPolicy, Uri } from "../../protocol/messages.ts";
import type { Session } from "../session/session.ts";
import type { EventHistory } from "./history/event-history.ts";

export class Subscription {
  readonly id: Id;
  readonly uri: Uri;
  readonly match: MatchPolicy;
  /** When it was created. */
  readonly created: Date = new Date();
  readonly subscribers: Set<Session> = new Set<Session>();
  /** What was published, where that is kept. Such a subscription is there without subscribers too. */
  readonly history: EventHistory | undefined;

  constructor(id: Id, uri: Uri, match: MatchPolicy, history?: EventHistory) {
    this.id = id;
    this.uri = uri;
    this.match = match;
    this.history = history;
  }
}
