/**
 * A realm: its sessions, its broker and its dealer.
 *
 * @module
 */

import { ErrorUri, WampError } from "../protocol/errors.ts";
import { MessageType } from "../protocol/message-type.ts";
import { payload } from "../protocol/messages.ts";
import type { Call, Dict, Id, List, MatchPolicy, Uri } from "../protocol/messages.ts";
import type { Action, Decision } from "./authorization/authorizer.ts";
import { Broker } from "./broker/broker.ts";
import { Dealer } from "./dealer/dealer.ts";
import type { MetaProcedure, MetaResult } from "./meta/meta-procedure.ts";
import type { RealmOptions, Settings } from "./options.ts";
import type { Session, SessionEnd } from "./session/session.ts";

/** What becomes of something that needed permission. */
export interface Outcome {
  readonly allowed: (decision: Decision) => void | Promise<void>;
  readonly refused: (error: Uri) => void;
}

/** What a realm has counted. */
export interface RealmStats {
  /** Events that slow sessions have missed. */
  dropped: number;
}

export class Realm {
  readonly name: Uri;
  readonly options: RealmOptions;
  readonly settings: Settings;
  readonly broker: Broker;
  readonly dealer: Dealer;
  readonly sessions: Map<Id, Session> = new Map();
  /** The router's own, by URI. */
  readonly procedures: Map<Uri, MetaProcedure> = new Map();
  readonly stats: RealmStats = { dropped: 0 };

  constructor(name: Uri, options: RealmOptions, settings: Settings) {
    this.name = name;
    this.options = options;
    this.settings = settings;
    this.broker = new Broker(this);
    this.dealer = new Dealer(this);
  }

  join(session: Session): void {
    this.sessions.set(session.id, session);
    const { authid, authrole, authmethod, authprovider } = session.principal;
    const details = { session: session.id, authid, authrole, authmethod, authprovider };
    this.publishMeta("wamp.session.on_join", [details]);
  }

  leave(session: Session): void {
    this.sessions.delete(session.id);
    this.dealer.leave(session);
    this.broker.leave(session);
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
    const conclude = (decision: Decision): void | Promise<void> => {
      if (!session.isOpen) return undefined;
      return decision.allow ? outcome.allowed(decision) : outcome.refused(ErrorUri.NotAuthorized);
    };
    const fail = (error: unknown): void => {
      this.settings.logger.error("a WAMP authorizer failed:", error);
      outcome.refused(ErrorUri.AuthorizationFailed);
    };
    let decision: Decision | Promise<Decision>;
    try {
      decision = authorizer.authorize({ action, uri, match, session: id, principal });
    } catch (error) {
      return fail(error);
    }
    if (decision instanceof Promise)
      return decision.catch(fail).then((made) => made && conclude(made));
    return conclude(decision);
  }

  /** An event of the router's own. */
  publishMeta(topic: Uri, args: List, kwargs?: Dict): void {
    this.broker.publishMeta(topic, args, kwargs);
  }

  /** Calls a procedure of the router's own. */
  callMeta(caller: Session, message: Call, procedure: MetaProcedure): void | Promise<void> {
    const [type, request, , , args = [], kwargs = {}] = message;
    const succeed = (result: MetaResult): void =>
      caller.send([MessageType.Result, request, {}, ...payload(result.args, result.kwargs)]);
    const fail = (error: unknown): void => {
      if (error instanceof WampError) {
        return caller.sendError(type, request, error.uri, error.args, error.kwargs);
      }
      this.settings.logger.error("a procedure of the WAMP router failed:", error);
      return caller.sendError(type, request, ErrorUri.RuntimeError);
    };
    try {
      const result = procedure({ caller, args, kwargs });
      if (!(result instanceof Promise)) return succeed(result);
      void result.then(succeed, fail);
    } catch (error) {
      fail(error);
    }
  }

  /** Ends all sessions. */
  close(end: SessionEnd): void {
    for (const session of this.sessions.values()) session.end(end);
  }
}
