/**
 * Who may get a publication (WAMP specification, "Subscriber Black- and Whitelisting"): six conditions, which all have to hold.
 * A list that is there and empty makes nobody eligible, and excludes nobody.
 *
 * @module
 */

import type { Id, PublishOptions } from "../../protocol/messages.ts";
import type { Principal } from "../principal.ts";
import type { Session } from "../session/session.ts";

export class Audience {
  /** As the publisher gave them. */
  readonly options: PublishOptions;
  readonly #exclude: ReadonlySet<Id> | undefined;
  readonly #excludeAuthid: ReadonlySet<string> | undefined;
  readonly #excludeAuthrole: ReadonlySet<string> | undefined;
  readonly #eligible: ReadonlySet<Id> | undefined;
  readonly #eligibleAuthid: ReadonlySet<string> | undefined;
  readonly #eligibleAuthrole: ReadonlySet<string> | undefined;

  private constructor(options: PublishOptions) {
    this.options = options;
    this.#exclude = setOf(options.exclude);
    this.#excludeAuthid = setOf(options.exclude_authid);
    this.#excludeAuthrole = setOf(options.exclude_authrole);
    this.#eligible = setOf(options.eligible);
    this.#eligibleAuthid = setOf(options.eligible_authid);
    this.#eligibleAuthrole = setOf(options.eligible_authrole);
  }

  /** Nothing where everybody may get it. */
  static of(options: PublishOptions): Audience | undefined {
    return options.exclude ||
      options.exclude_authid ||
      options.exclude_authrole ||
      options.eligible ||
      options.eligible_authid ||
      options.eligible_authrole
      ? new Audience(options)
      : undefined;
  }

  /** Whether it depends on ids of sessions, which mean nothing once those are over. */
  get namesSessions(): boolean {
    return this.#exclude !== undefined || this.#eligible !== undefined;
  }

  admits({ id, principal }: Session): boolean {
    if (this.#exclude?.has(id) || this.#eligible?.has(id) === false) return false;
    return this.admitsPrincipal(principal);
  }

  /** The conditions on anything but the session. */
  admitsPrincipal({ authid, authrole }: Principal): boolean {
    return !(
      this.#excludeAuthid?.has(authid) ||
      this.#excludeAuthrole?.has(authrole) ||
      this.#eligibleAuthid?.has(authid) === false ||
      this.#eligibleAuthrole?.has(authrole) === false
    );
  }
}

function setOf<T>(list: readonly T[] | undefined): ReadonlySet<T> | undefined {
  return list && new Set(list);
}
