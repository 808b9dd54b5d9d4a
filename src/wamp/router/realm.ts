/**
 * A realm: its sessions, its broker and its dealer.
 *
 * @module
 */

import * as ErrorUri from "../protocol/error-uri.ts";
import type { Dict, Id, List, MatchPolicy, Uri } from "../protocol/messages.ts";
import type { Action, Decision } from "./authorization/authorizer.ts";
import { Broker } from "./broker/broker.ts";
import { Dealer } from "./dealer/dealer.ts";
import { RealmStats } from "./stats.ts";
import { describe, sessionMeta } from "./meta/session-meta.ts";
import type { MetaProcedure } from "./meta/meta-procedure.ts";
import type { RealmOptions, Settings } from "./options.ts";
import type { Session, SessionEnd } from "./session/session.ts";

/** What becomes of something that needed permission. */
export interface Outcome {
  readonly allowed: (decision: Decision) => void | Promise<void>;
  readonly refused: (error: Uri) => void;
}

export class Realm {
  readonly name: Uri;
  readonly options: RealmOptions;
  readonly settings: Settings;
  readonly broker: Broker;
  readonly dealer: Dealer;
  readonly sessions: Map<Id, Session> = new Map<Id, Session>();
  /** The router's own, by URI. */
  readonly procedures: Map<Uri, MetaProcedure> = new Map<Uri, MetaProcedure>();
  readonly #onEmpty: (() => void) | undefined;
  readonly stats: RealmStats = new RealmStats();

  /** `onEmpty`: it is no longer needed when its last session has left. */
  constructor(name: Uri, options: RealmOptions, settings: Settings, onEmpty?: () => void) {
    this.#onEmpty = onEmpty;
    this.name = name;
    this.options = options;
    this.settings = settings;
    this.broker = new Broker(this);
    this.dealer = new Dealer(this);
    for (const [uri, procedure] of sessionMeta(this)) this.procedures.set(uri, procedure);
  }

  join(session: Session): void {
    this.sessions.set(session.id, session);
    this.publishMeta("wamp.session.on_join", [describe(session)]);
  }

  /** `quiet`: nobody is told. */
  leave(session: Session, quiet = false): void {
    this.sessions.delete(session.id);
    this.dealer.leave(session);
    this.broker.leave(session, { testaments: !quiet });
    this.options.authorizer?.leave?.(session.id);
    if (this.sessions.size === 0) this.#onEmpty?.();
    if (quiet) return;
    const { authid, authrole } = session.principal;
    this.publishMeta("wamp.session.on_leave", [session.id, authid, authrole]);
  }

  /** Asks whether a session may do something, and goes on as soon as that is known; at once where it can. */
  authorize(
    session: Session,
    action: Action,
    uri: Uri,
    match: MatchPolicy,
    outcome: Outcome,
  ): void | Promise<void> {
    const { authorizer } = this.options;
    if (!authorizer) return outcome.refused(ErrorUri.NotAuthorized);
    const { id, principal } = session;
    let decision: Decision | Promise<Decision>;
    try {
      decision = authorizer.authorize({ action, uri, match, session: id, principal });
    } catch (error) {
      return this.#fail(error, outcome);
    }
    if (!(decision instanceof Promise)) return this.#conclude(session, decision, outcome);
    return decision.then(
      (made) => this.#conclude(session, made, outcome),
      (error: unknown) => this.#fail(error, outcome),
    );
  }

  #conclude(session: Session, decision: Decision, outcome: Outcome): void | Promise<void> {
    if (!session.isOpen) return undefined;
    // (In spite of its type: an application's mistake must neither open anything nor leave a request without an answer.)
    const { allow } = (decision ?? {}) as Partial<Decision>;
    if (typeof allow !== "boolean") {
      return this.#fail(new TypeError("it answers with { allow }"), outcome);
    }
    return allow ? outcome.allowed(decision) : outcome.refused(ErrorUri.NotAuthorized);
  }

  #fail(error: unknown, outcome: Outcome): void {
    this.settings.logger.error("a WAMP authorizer failed:", error);
    outcome.refused(ErrorUri.AuthorizationFailed);
  }

  /** An event of the router's own. */
  publishMeta(topic: Uri, args: List, kwargs?: Dict): void {
    this.broker.publishMeta(topic, args, kwargs);
  }

  /** Ends all sessions. */
  close(end: SessionEnd): void {
    for (const session of this.sessions.values()) session.end(end);
  }
}
