/**
 * Decisions that needn't be made again, for as long as their session lasts.
 *
 * @module
 */

import type { Id } from "../../protocol/messages.ts";
import type { AuthorizationRequest, Decision } from "./authorizer.ts";

export class DecisionCache {
  readonly #max: number;
  /** By session, then by action, match and URI; the oldest session first. */
  readonly #sessions = new Map<Id, Map<string, Decision>>();
  #size = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get(request: AuthorizationRequest): Decision | undefined {
    return this.#sessions.get(request.session)?.get(keyOf(request));
  }

  set(request: AuthorizationRequest, decision: Decision): void {
    if (this.#max <= 0) return;
    if (this.#size >= this.#max) this.#forgetOldest();
    let decisions = this.#sessions.get(request.session);
    if (!decisions) this.#sessions.set(request.session, (decisions = new Map()));
    const key = keyOf(request);
    if (!decisions.has(key)) this.#size += 1;
    decisions.set(key, decision);
  }

  forget(session: Id): void {
    this.#size -= this.#sessions.get(session)?.size ?? 0;
    this.#sessions.delete(session);
  }

  #forgetOldest(): void {
    const [[session, decisions]] = this.#sessions as Iterable<[Id, Map<string, Decision>]> as [
      [Id, Map<string, Decision>],
    ];
    const [key] = decisions.keys();
    if (key !== undefined && decisions.delete(key)) this.#size -= 1;
    if (decisions.size === 0) this.#sessions.delete(session);
  }
}

/** (URIs have no white space.) */
function keyOf({ action, match, uri }: AuthorizationRequest): string {
  return `${action} ${match} ${uri}`;
}
