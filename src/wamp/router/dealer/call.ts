/**
 * A call that is not answered yet: who waits, and who works.
 *
 * @module
 */

import { nextId } from "../../protocol/ids.ts";
import { MessageType } from "../../protocol/message-type.ts";
import { payload } from "../../protocol/messages.ts";
import type {
  CancelMode,
  Call as CallMessage,
  Dict,
  Id,
  InvocationDetails,
  List,
  Uri,
} from "../../protocol/messages.ts";
import type { Decision } from "../authorization/authorizer.ts";
import type { Outcome } from "../realm.ts";
import type { Session } from "../session/session.ts";
import type { Callee } from "./callee.ts";
import type { Calls } from "./calls.ts";
import type { Deadline } from "./deadline.ts";
import type { Registration } from "./registration.ts";

/** It is also what waits for its own authorization, so that a call costs one object. */
export class Call implements Outcome {
  readonly caller: Session;
  /** The id of the CALL, in the caller's session. */
  readonly request: Id;
  /** Nobody yet, or the router itself: `undefined`. */
  callee: Callee | undefined;
  /** Progressive results are passed on. */
  receivesProgress = false;
  /** The caller may send more of it: what each INVOCATION says beside `progress`, as the first CALL determined it. */
  continuation: InvocationDetails | undefined;
  deadline: Deadline | undefined;
  readonly #calls: Calls;
  #message: CallMessage | undefined;
  #registration: Id = 0;
  #invocation: Id = 0;
  #open = true;
  #interrupted = false;

  constructor(calls: Calls, caller: Session, message: CallMessage) {
    this.#calls = calls;
    this.#message = message;
    this.caller = caller;
    this.request = message[1];
    caller.calls.set(this.request, this);
  }

  /** It has no outcome yet. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** The callee was told to stop. */
  get isInterrupted(): boolean {
    return this.#interrupted;
  }

  allowed(decision: Decision): void {
    const message = this.#message as CallMessage;
    this.#message = undefined;
    if (this.#open) this.#calls.route(this, message, decision);
  }

  refused(error: Uri): void {
    if (this.#open) this.#calls.fail(this, error);
  }

  /**
   * Sends the first INVOCATION.
   *
   * @throws what sending throws; then it is as if nothing had been done.
   */
  invoke(
    callee: Callee,
    registration: Registration,
    details: InvocationDetails,
    args: List | undefined,
    kwargs: Dict | undefined,
  ): void {
    const { session } = callee;
    this.#registration = registration.id;
    this.#invocation = nextId(session.lastInvocation);
    this.proceed(session, details, args, kwargs);
    // An id counts when it was sent, since the callee expects them without gaps.
    session.nextInvocation();
    this.callee = callee;
    callee.running++;
    session.invocations.set(this.#invocation, this);
  }

  /** Sends an INVOCATION. @throws what sending throws. */
  proceed(
    session: Session,
    details: InvocationDetails,
    args: List | undefined,
    kwargs: Dict | undefined,
  ): void {
    session.send([
      MessageType.Invocation,
      this.#invocation,
      this.#registration,
      details,
      ...payload(args, kwargs),
    ]);
  }

  /** Tells the callee to stop, once, if it understands that. */
  interrupt(mode: CancelMode, reason: Uri): void {
    const { callee } = this;
    if (!callee?.isCancelable || this.#interrupted) return;
    this.#interrupted = true;
    callee.session.send([MessageType.Interrupt, this.#invocation, { mode, reason }]);
  }

  /** It has its outcome: nothing more comes of it. */
  end(): void {
    if (!this.#open) return;
    this.#open = false;
    this.deadline?.clear();
    this.caller.calls.delete(this.request);
    const { callee } = this;
    if (!callee) return;
    callee.running--;
    callee.session.invocations.delete(this.#invocation);
  }
}
