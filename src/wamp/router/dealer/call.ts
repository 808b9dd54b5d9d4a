/**
 * A call that is not answered yet: who waits, who works, and what is sent to either.
 *
 * @module
 */

import { LimitError } from "../../../errors.ts";
import * as ErrorUri from "../../protocol/error-uri.ts";
import { nextId } from "../../protocol/ids.ts";
import * as MessageType from "../../protocol/message-type.ts";
import { payload } from "../../protocol/messages.ts";
import type {
  CancelMode,
  Call as CallMessage,
  Dict,
  Id,
  InvocationDetails,
  List,
  ResultDetails,
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

  /** The callee was told to stop. */
  get isInterrupted(): boolean {
    return this.#interrupted;
  }

  allowed(decision: Decision): void | Promise<void> {
    const message = this.#message as CallMessage;
    this.#message = undefined;
    return this.#open ? this.#calls.route(this, message, decision) : undefined;
  }

  refused(error: Uri): void {
    this.fail(error);
  }

  /** Sends the first INVOCATION. */
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
    try {
      this.#send(session, details, args, kwargs);
    } catch (error) {
      return this.fail(errorUriOf(error));
    }
    // An id counts when it was sent, since the callee expects them without gaps.
    session.nextInvocation();
    this.callee = callee;
    callee.running++;
    session.invocations.set(this.#invocation, this);
  }

  /** Sends one more INVOCATION. */
  proceed(
    callee: Callee,
    details: InvocationDetails,
    args: List | undefined,
    kwargs: Dict | undefined,
  ): void {
    try {
      this.#send(callee.session, details, args, kwargs);
    } catch (error) {
      this.abandon(errorUriOf(error));
    }
  }

  /** Tells the callee to stop, once, if it understands that. */
  interrupt(mode: CancelMode, reason: Uri): void {
    const { callee } = this;
    if (!callee?.isCancelable || this.#interrupted) return;
    this.#interrupted = true;
    callee.session.send([MessageType.Interrupt, this.#invocation, { mode, reason }]);
  }

  /** Sends a RESULT that is not the last one. */
  progress(details: ResultDetails, args: List | undefined, kwargs: Dict | undefined): void {
    this.deadline?.restart();
    try {
      this.caller.send([MessageType.Result, this.request, details, ...payload(args, kwargs)]);
    } catch (error) {
      this.abandon(errorUriOf(error));
    }
  }

  /** Its outcome is a result. */
  succeed(details: ResultDetails, args: List | undefined, kwargs: Dict | undefined): void {
    if (!this.#open) return;
    this.end();
    try {
      this.caller.send([MessageType.Result, this.request, details, ...payload(args, kwargs)]);
    } catch (error) {
      this.caller.sendError(MessageType.Call, this.request, errorUriOf(error));
    }
  }

  /** Its outcome is an error. */
  fail(error: Uri, args?: List, kwargs?: Dict, details?: Dict): void {
    if (!this.#open) return;
    this.end();
    try {
      this.caller.sendError(MessageType.Call, this.request, error, args, kwargs, details);
    } catch (problem) {
      this.caller.sendError(MessageType.Call, this.request, errorUriOf(problem));
    }
  }

  /** Its outcome is an error, though the callee is still at it. */
  abandon(error: Uri, reason: Uri = ErrorUri.Canceled): void {
    this.interrupt("killnowait", reason);
    this.fail(error);
  }

  /** It has its outcome, or nobody waits for one any more: nothing more comes of it. */
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

  #send(
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
}

/** What the caller hears when data can't be sent on. */
function errorUriOf(error: unknown): Uri {
  return error instanceof LimitError ? ErrorUri.PayloadSizeExceeded : ErrorUri.InvalidArgument;
}
