/**
 * A call that is not answered yet: who waits, and who works.
 *
 * @module
 */

import type { Id } from "../../protocol/messages.ts";
import type { Session } from "../session/session.ts";
import type { Registration } from "./registration.ts";

export class Call {
  readonly caller: Session;
  /** The id of the CALL, in the caller's session. */
  readonly request: Id;
  readonly registration: Registration;
  readonly callee: Session;
  /** The id of the INVOCATION, in the callee's session. */
  readonly invocation: Id;

  constructor(caller: Session, request: Id, registration: Registration, callee: Session) {
    this.caller = caller;
    this.request = request;
    this.registration = registration;
    this.callee = callee;
    this.invocation = callee.nextInvocation();
    caller.calls.set(request, this);
    callee.invocations.set(this.invocation, this);
  }

  /** It is answered: nothing more comes of it. */
  end(): void {
    this.caller.calls.delete(this.request);
    this.callee.invocations.delete(this.invocation);
  }
}
