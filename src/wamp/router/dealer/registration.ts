/**
 * A pattern of procedures, and who answers calls of them.
 *
 * @module
 */

import type { Id, InvokePolicy, MatchPolicy, Uri } from "../../protocol/messages.ts";
import type { Session } from "../session/session.ts";

export class Registration {
  readonly id: Id;
  readonly uri: Uri;
  readonly match: MatchPolicy;
  readonly invoke: InvokePolicy;
  /** When it was created. */
  readonly created: Date = new Date();
  /** In the order in which they registered. */
  readonly callees: Session[] = [];

  constructor(id: Id, uri: Uri, match: MatchPolicy, invoke: InvokePolicy) {
    this.id = id;
    this.uri = uri;
    this.match = match;
    this.invoke = invoke;
  }
}
