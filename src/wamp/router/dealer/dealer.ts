/**
 * Calls within a realm.
 *
 * @module
 */

import { ErrorUri, Violation } from "../../protocol/errors.ts";
import { nextId } from "../../protocol/ids.ts";
import { MessageType } from "../../protocol/message-type.ts";
import { payload } from "../../protocol/messages.ts";
import type {
  Call as CallMessage,
  Cancel,
  ErrorMessage,
  Id,
  Register,
  Unregister,
  Yield,
} from "../../protocol/messages.ts";
import { isMatchable, isReserved, isUri } from "../../protocol/uri.ts";
import type { Decision } from "../authorization/authorizer.ts";
import { PatternMap } from "../patterns/pattern-map.ts";
import type { Realm } from "../realm.ts";
import type { Session } from "../session/session.ts";
import { Call } from "./call.ts";
import { Registration } from "./registration.ts";

export class Dealer {
  readonly #realm: Realm;
  readonly #patterns = new PatternMap<Registration>();
  readonly #registrations = new Map<Id, Registration>();
  #lastId: Id = 0;

  constructor(realm: Realm) {
    this.#realm = realm;
  }

  register(session: Session, message: Register): void | Promise<void> {
    const [type, request, { match = "exact" }, procedure] = message;
    if (!isMatchable(procedure, match, this.#realm.settings.uris) || isReserved(procedure)) {
      return session.sendError(type, request, ErrorUri.InvalidUri);
    }
    return this.#realm.authorize(session, "register", procedure, match, {
      allowed: () => this.#register(session, message),
      refused: (error) => session.sendError(type, request, error),
    });
  }

  unregister(session: Session, [type, request, id]: Unregister): void {
    const registration = session.registrations.get(id);
    if (!registration) return session.sendError(type, request, ErrorUri.NoSuchRegistration);
    this.#remove(session, registration);
    session.send([MessageType.Unregistered, request]);
  }

  call(session: Session, message: CallMessage): void | Promise<void> {
    const [type, request, , procedure] = message;
    if (!isUri(procedure, this.#realm.settings.uris)) {
      return session.sendError(type, request, ErrorUri.InvalidUri);
    }
    return this.#realm.authorize(session, "call", procedure, "exact", {
      allowed: (decision) => this.#call(session, message, decision),
      refused: (error) => session.sendError(type, request, error),
    });
  }

  cancel(_session: Session, _message: Cancel): void {}

  yield(session: Session, [, invocation, , args, kwargs]: Yield): void {
    const call = this.#take(session, invocation);
    call?.caller.send([MessageType.Result, call.request, {}, ...payload(args, kwargs)]);
  }

  error(session: Session, [, , invocation, , error, args, kwargs]: ErrorMessage): void {
    const call = this.#take(session, invocation);
    call?.caller.sendError(MessageType.Call, call.request, error, args, kwargs);
  }

  /** A session has gone. */
  leave(session: Session): void {
    for (const registration of session.registrations.values()) this.#remove(session, registration);
    for (const call of session.calls.values()) call.end();
    for (const call of session.invocations.values()) {
      call.end();
      call.caller.sendError(MessageType.Call, call.request, ErrorUri.Canceled);
    }
  }

  #register(session: Session, message: Register): void {
    const [type, request, { match = "exact", invoke = "single" }, procedure] = message;
    if (this.#patterns.get(procedure, match)) {
      return session.sendError(type, request, ErrorUri.ProcedureAlreadyExists);
    }
    this.#lastId = nextId(this.#lastId);
    const registration = new Registration(this.#lastId, procedure, match, invoke);
    this.#patterns.set(procedure, match, registration);
    this.#registrations.set(registration.id, registration);
    registration.callees.push(session);
    session.registrations.set(registration.id, registration);
    session.send([MessageType.Registered, request, registration.id]);
  }

  #call(session: Session, message: CallMessage, _decision: Decision): void | Promise<void> {
    const [type, request, , procedure, args, kwargs] = message;
    const meta = this.#realm.procedures.get(procedure);
    if (meta) return this.#realm.callMeta(session, message, meta);
    const registration = this.#patterns.best(procedure);
    const callee = registration?.callees[0];
    if (!registration || !callee) {
      return session.sendError(type, request, ErrorUri.NoSuchProcedure);
    }
    const call = new Call(session, request, registration, callee);
    const details = registration.match === "exact" ? {} : { procedure };
    callee.send([
      MessageType.Invocation,
      call.invocation,
      registration.id,
      details,
      ...payload(args, kwargs),
    ]);
    return undefined;
  }

  #take(session: Session, invocation: Id): Call | undefined {
    const call = session.invocations.get(invocation);
    if (!call && invocation > session.lastInvocation) {
      throw new Violation(`there was no INVOCATION ${invocation}`);
    }
    call?.end();
    return call;
  }

  #remove(session: Session, registration: Registration): void {
    registration.callees.splice(registration.callees.indexOf(session), 1);
    session.registrations.delete(registration.id);
    if (registration.callees.length > 0) return;
    this.#patterns.delete(registration.uri, registration.match);
    this.#registrations.delete(registration.id);
  }
}
