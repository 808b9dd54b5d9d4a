/**
 * The registrations of a realm.
 *
 * @module
 */

import * as ErrorUri from "../../protocol/error-uri.ts";
import { nextId } from "../../protocol/ids.ts";
import * as MessageType from "../../protocol/message-type.ts";
import type { Id, MatchPolicy, Register, Uri } from "../../protocol/messages.ts";
import { PatternMap } from "../patterns/pattern-map.ts";
import type { Realm } from "../realm.ts";
import type { Session } from "../session/session.ts";
import { Callee } from "./callee.ts";
import { MetaEvents } from "./meta-events.ts";
import { Registration } from "./registration.ts";

export class Registrations {
  readonly #maxPerSession: number;
  readonly #events: MetaEvents;
  readonly #patterns = new PatternMap<Registration>();
  readonly #byId = new Map<Id, Registration>();
  #lastId: Id = 0;

  constructor(realm: Realm) {
    this.#maxPerSession = realm.settings.maxRegistrations;
    this.#events = new MetaEvents(realm);
  }

  get(id: Id): Registration | undefined {
    return this.#byId.get(id);
  }

  all(): Iterable<Registration> {
    return this.#byId.values();
  }

  /** The registration of exactly that pattern. */
  lookup(uri: Uri, match: MatchPolicy): Registration | undefined {
    return this.#patterns.get(uri, match);
  }

  /** The one that a call of the procedure goes to. */
  best(procedure: Uri): Registration | undefined {
    return this.#patterns.best(procedure);
  }

  register(session: Session, message: Register): void {
    const [type, request, { force_reregister }] = message;
    if (this.#isFull(session, message)) {
      const text = `a session has at most ${this.#maxPerSession} registrations`;
      return session.sendError(type, request, ErrorUri.LimitExceeded, [text]);
    }
    const error = this.#refusal(session, message);
    if (error !== undefined) return session.sendError(type, request, error);
    if (force_reregister === true) this.#kick(message);
    const registration = this.#add(session, message);
    session.send([MessageType.Registered, request, registration.id]);
    this.#events.publish();
  }

  /** A callee doesn't want to be called any more. Calls that are under way are still answered. */
  unregister(session: Session, registration: Registration): void {
    this.#remove(session, registration);
    this.#events.publish();
  }

  /** Takes a registration away from a callee, and tells it if it understands that. */
  revoke(session: Session, registration: Registration, reason?: string): void {
    this.#revoke(session, registration, reason);
    this.#events.publish();
  }

  /** A session has gone. */
  leave(session: Session): void {
    for (const registration of session.registrations.values()) this.#remove(session, registration);
    this.#events.publish();
  }

  /** Whether it would be one registration more than the session may have. */
  #isFull({ registrations }: Session, [, , { match = "exact" }, procedure]: Register): boolean {
    if (registrations.size < this.#maxPerSession) return false;
    const known = this.#patterns.get(procedure, match);
    return !known || !registrations.has(known.id);
  }

  #refusal(session: Session, [, , options, procedure]: Register): Uri | undefined {
    const { match = "exact", invoke = "single", force_reregister } = options;
    const known = this.#patterns.get(procedure, match);
    if (!known) return undefined;
    if (force_reregister === true) {
      return mayKick(session, known) ? undefined : ErrorUri.NotAuthorized;
    }
    if (invoke !== "single" && invoke === known.invoke) return undefined;
    return ErrorUri.ProcedureAlreadyExists;
  }

  #kick([, , { match = "exact" }, procedure]: Register): void {
    const known = this.#patterns.get(procedure, match);
    for (const { session } of Array.from(known?.callees ?? [])) {
      this.#revoke(session, known as Registration, "replaced by another callee");
    }
  }

  #add(session: Session, [, , options, procedure]: Register): Registration {
    const { match = "exact", invoke = "single" } = options;
    let registration = this.#patterns.get(procedure, match);
    if (!registration) {
      this.#lastId = nextId(this.#lastId);
      registration = new Registration(this.#lastId, procedure, match, invoke);
      this.#patterns.set(procedure, match, registration);
      this.#byId.set(registration.id, registration);
      this.#events.add("create", [session.id, registration.details]);
    }
    // To register once more changes the options, and nothing else.
    if (session.registrations.has(registration.id)) {
      registration.calleeOf(session)?.configure(options);
      return registration;
    }
    registration.callees.push(new Callee(session, options));
    session.registrations.set(registration.id, registration);
    this.#events.add("register", [session.id, registration.id]);
    return registration;
  }

  #revoke(session: Session, registration: Registration, reason: string | undefined): void {
    this.#remove(session, registration);
    if (!session.announces("callee", "registration_revocation")) return;
    const details = { registration: registration.id };
    session.inform([
      MessageType.Unregistered,
      0,
      reason === undefined ? details : { ...details, reason },
    ]);
  }

  #remove(session: Session, registration: Registration): void {
    registration.remove(session);
    session.registrations.delete(registration.id);
    this.#events.add("unregister", [session.id, registration.id]);
    if (registration.callees.length > 0) return;
    this.#patterns.delete(registration.uri, registration.match);
    this.#byId.delete(registration.id);
    this.#events.add("delete", [session.id, registration.id]);
  }
}

/** Nobody may take procedures from somebody else: all callees must be the same principal. */
function mayKick({ principal }: Session, { callees }: Registration): boolean {
  return callees.every(
    ({ session: { principal: other } }) =>
      other.authid === principal.authid && other.authrole === principal.authrole,
  );
}
