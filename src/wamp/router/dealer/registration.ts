/**
 * A pattern of procedures, and who answers calls of them (WAMP specification, "Shared Registration").
 *
 * @module
 */

import type { Dict, Id, InvokePolicy, MatchPolicy, Uri } from "../../protocol/messages.ts";
import type { Session } from "../session/session.ts";
import type { Callee } from "./callee.ts";

export class Registration {
  readonly id: Id;
  readonly uri: Uri;
  readonly match: MatchPolicy;
  readonly invoke: InvokePolicy;
  /** When it was created. */
  readonly created: Date = new Date();
  /** In the order in which they registered. */
  readonly callees: Callee[] = [];
  /** Of `roundrobin`: where the next one is. */
  #next = 0;

  constructor(id: Id, uri: Uri, match: MatchPolicy, invoke: InvokePolicy) {
    this.id = id;
    this.uri = uri;
    this.match = match;
    this.invoke = invoke;
  }

  /** As the meta API shows it. */
  get details(): Dict {
    const { id, uri, match, invoke } = this;
    return { id, created: this.created.toISOString(), uri, match, invoke };
  }

  calleeOf(session: Session): Callee | undefined {
    return this.callees.find((callee) => callee.session === session);
  }

  remove(session: Session): void {
    const index = this.callees.findIndex((callee) => callee.session === session);
    if (index === -1) return;
    this.callees.splice(index, 1);
    if (index < this.#next) this.#next--;
  }

  /** Who gets the next call, as the policy says; those that can't take one now are passed over. */
  choose(maxQueue: number): Callee | undefined {
    const { callees, invoke } = this;
    const count = callees.length;
    if (invoke === "random") return this.#any(maxQueue);
    const start = invoke === "last" ? count - 1 : invoke === "roundrobin" ? this.#next : 0;
    const step = invoke === "last" ? -1 : 1;
    for (let tried = 0; tried < count; tried++) {
      const index = (start + step * tried) % count;
      const callee = callees[index] as Callee;
      if (!callee.isFree(maxQueue)) continue;
      this.#next = index + 1;
      return callee;
    }
    return undefined;
  }

  #any(maxQueue: number): Callee | undefined {
    const first = pick(this.callees);
    if (first?.isFree(maxQueue)) return first;
    return pick(this.callees.filter((callee) => callee.isFree(maxQueue)));
  }
}

function pick<T>(items: readonly T[]): T | undefined {
  return items[Math.floor(Math.random() * items.length)];
}
