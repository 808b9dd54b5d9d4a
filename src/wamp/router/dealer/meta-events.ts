/**
 * What is told of registrations: `on_create`, `on_register`, `on_unregister`, `on_delete` (WAMP specification, "Registration
 * Meta API").
 *
 * @module
 */

import { Deque } from "../../../util/deque.ts";
import type { List, Uri } from "../../protocol/messages.ts";
import type { Realm } from "../realm.ts";

export class MetaEvents {
  readonly #realm: Realm;
  readonly #waiting = new Deque<readonly [topic: Uri, args: List]>();
  #publishing = false;

  constructor(realm: Realm) {
    this.#realm = realm;
  }

  add(event: "create" | "register" | "unregister" | "delete", args: List): void {
    this.#waiting.push([`wamp.registration.on_${event}`, args]);
  }

  /**
   * Publishes what was added, in order, though a publication may end the session of a slow subscriber, and with it
   * registrations. Call it when all that was changed has been changed.
   */
  publish(): void {
    if (this.#publishing) return;
    this.#publishing = true;
    try {
      for (let event = this.#waiting.shift(); event; event = this.#waiting.shift()) {
        this.#realm.publishMeta(...event);
      }
    } finally {
      this.#publishing = false;
    }
  }
}
