/**
 * Calls within a realm.
 *
 * @module
 */

import * as ErrorUri from "../../protocol/error-uri.ts";
import type {
  Call,
  Cancel,
  ErrorMessage,
  Register,
  Unregister,
  Yield,
} from "../../protocol/messages.ts";
import * as MessageType from "../../protocol/message-type.ts";
import { isRegistrable } from "../uris.ts";
import type { Realm } from "../realm.ts";
import type { Session } from "../session/session.ts";
import { Calls } from "./calls.ts";
import { registrationProcedures } from "./meta-procedures.ts";
import { Registrations } from "./registrations.ts";

export class Dealer {
  readonly #realm: Realm;
  readonly #registrations: Registrations;
  readonly #calls: Calls;

  constructor(realm: Realm) {
    this.#realm = realm;
    this.#registrations = new Registrations(realm);
    this.#calls = new Calls(realm, this.#registrations);
    for (const [uri, procedure] of registrationProcedures(realm, this.#registrations)) {
      realm.procedures.set(uri, procedure);
    }
  }

  register(session: Session, message: Register): void | Promise<void> {
    const [type, request, { match = "exact" }, procedure] = message;
    if (!isRegistrable(procedure, match, this.#realm.settings)) {
      return session.sendError(type, request, ErrorUri.InvalidUri);
    }
    return this.#realm.authorize(session, "register", procedure, match, {
      allowed: () => this.#registrations.register(session, message),
      refused: (error) => session.sendError(type, request, error),
    });
  }

  unregister(session: Session, [type, request, id]: Unregister): void {
    const registration = session.registrations.get(id);
    if (!registration) return session.sendError(type, request, ErrorUri.NoSuchRegistration);
    session.send([MessageType.Unregistered, request]);
    this.#registrations.unregister(session, registration);
  }

  /** @throws Violation */
  call(session: Session, message: Call): void | Promise<void> {
    return this.#calls.call(session, message);
  }

  /** A CALL that has the id of an earlier one. @throws Violation */
  continue(session: Session, message: Call): void {
    this.#calls.continue(session, message);
  }

  cancel(session: Session, message: Cancel): void {
    this.#calls.cancel(session, message);
  }

  /** @throws Violation */
  yield(session: Session, message: Yield): void {
    this.#calls.yield(session, message);
  }

  /** @throws Violation */
  error(session: Session, message: ErrorMessage): void {
    this.#calls.error(session, message);
  }

  /** A session has gone. */
  leave(session: Session): void {
    this.#calls.leave(session);
    this.#registrations.leave(session);
  }
}
