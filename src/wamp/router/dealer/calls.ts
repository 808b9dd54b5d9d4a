/**
 * Calls from the CALL to their one outcome.
 *
 * A call is open as long as it is in `calls` of its caller; who closes it, answers it, and whoever comes later finds nothing.
 *
 * @module
 */

import { LimitError } from "../../../errors.ts";
import { ErrorUri, Violation, WampError } from "../../protocol/errors.ts";
import { MessageType } from "../../protocol/message-type.ts";
import { payload } from "../../protocol/messages.ts";
import type {
  Call as CallMessage,
  Cancel,
  Dict,
  ErrorMessage,
  Id,
  List,
  ResultDetails,
  Uri,
  Yield,
} from "../../protocol/messages.ts";
import { isReserved, isUri } from "../../protocol/uri.ts";
import type { Decision } from "../authorization/authorizer.ts";
import type { MetaProcedure, MetaResult } from "../meta/meta-procedure.ts";
import type { Realm } from "../realm.ts";
import type { Session } from "../session/session.ts";
import { Call } from "./call.ts";
import { Deadline } from "./deadline.ts";
import { invocationDetails } from "./invocation-details.ts";
import { checkPassthru, copyPassthru, isPassthru, PASSTHRU_FEATURE } from "./passthru.ts";
import type { Registrations } from "./registrations.ts";

const PROGRESS_FEATURE = "progressive_call_invocations";

export class Calls {
  readonly #realm: Realm;
  readonly #registrations: Registrations;

  constructor(realm: Realm, registrations: Registrations) {
    this.#realm = realm;
    this.#registrations = registrations;
  }

  /** @throws Violation */
  call(session: Session, message: CallMessage): void | Promise<void> {
    const [type, request, options, procedure] = message;
    const { settings } = this.#realm;
    checkPassthru(session, "caller", type, options);
    if (options.progress === true && !session.announces("caller", PROGRESS_FEATURE)) {
      throw new Violation(`CALL: ${PROGRESS_FEATURE} was not announced`);
    }
    if (session.calls.has(request)) throw new Violation(`CALL ${request} is not answered yet`);
    if (!isUri(procedure, settings.uris)) {
      return session.sendError(type, request, ErrorUri.InvalidUri);
    }
    if (session.calls.size >= settings.maxCalls) {
      return session.sendError(type, request, ErrorUri.Unavailable);
    }
    const call = new Call(this, session, message);
    if (options.timeout !== undefined && options.timeout > 0) {
      call.deadline = new Deadline(settings.clock, options.timeout, () => this.#expire(call));
    }
    return this.#realm.authorize(session, "call", procedure, "exact", call);
  }

  /**
   * More of a call that is under way, or was ("Progressive Call Invocations").
   *
   * @throws Violation
   */
  continue(session: Session, [, request, options, , args, kwargs]: CallMessage): void {
    const call = session.calls.get(request);
    if (!call) return;
    const { callee, continuation } = call;
    if (!continuation || !callee) throw new Violation(`CALL ${request} is not progressive`);
    const more = options.progress === true;
    if (!more) call.continuation = undefined;
    if (call.isInterrupted) return;
    if (callee.isStalled(this.#realm.settings.maxQueue)) {
      return this.#abandon(call, ErrorUri.Unavailable);
    }
    const details = more ? { ...continuation, progress: true } : continuation;
    try {
      call.proceed(callee.session, details, args, kwargs);
    } catch (error) {
      this.#abandon(call, errorUriOf(error));
    }
  }

  cancel(session: Session, [, request, { mode }]: Cancel): void {
    const call = session.calls.get(request);
    if (!call || call.isInterrupted) return;
    if (mode === "kill" && call.callee?.isCancelable)
      return call.interrupt(mode, ErrorUri.Canceled);
    // No mode, and one that nobody knows, is `killnowait`, as other routers have it.
    if (mode !== "skip") call.interrupt("killnowait", ErrorUri.Canceled);
    this.fail(call, ErrorUri.Canceled);
  }

  /** @throws Violation */
  yield(session: Session, [type, invocation, options, args, kwargs]: Yield): void {
    const passthru = checkPassthru(session, "callee", type, options);
    const call = invoked(session, invocation);
    const progress = options.progress === true;
    // (Progress that nobody asked for is dropped: the outcome is still to come.)
    if (!call || (progress && !call.receivesProgress)) return;
    if (passthru && !call.caller.announces("caller", PASSTHRU_FEATURE)) {
      return progress
        ? this.#abandon(call, ErrorUri.FeatureNotSupported)
        : this.fail(call, ErrorUri.FeatureNotSupported);
    }
    if (!progress) return this.#succeed(call, args, kwargs, passthru ? passed(options) : {});
    call.deadline?.restart();
    const details = passthru ? passed(options, progress) : { progress };
    try {
      call.caller.send([MessageType.Result, call.request, details, ...payload(args, kwargs)]);
    } catch (error) {
      this.#abandon(call, errorUriOf(error));
    }
  }

  /** @throws Violation */
  error(session: Session, [type, , invocation, details, error, args, kwargs]: ErrorMessage): void {
    const passthru = checkPassthru(session, "callee", type, details);
    const call = invoked(session, invocation);
    if (!call) return;
    if (passthru && !call.caller.announces("caller", PASSTHRU_FEATURE)) {
      return this.fail(call, ErrorUri.FeatureNotSupported);
    }
    if (!isUri(error)) return this.fail(call, ErrorUri.InvalidUri);
    this.fail(call, error, args, kwargs, passthru ? { ...passed(details) } : undefined);
  }

  /** A session has gone. */
  leave(session: Session): void {
    for (const call of session.calls.values()) {
      call.interrupt("killnowait", ErrorUri.Canceled);
      call.end();
    }
    for (const call of session.invocations.values()) this.fail(call, ErrorUri.Canceled);
  }

  /** It is allowed: who does it? */
  route(call: Call, message: CallMessage, decision: Decision): void {
    const [, , options, procedure, args = [], kwargs = {}] = message;
    if (options.disclose_me === true && decision.disclose === false) {
      return this.fail(call, ErrorUri.DiscloseMeDisallowed);
    }
    const own = this.#realm.procedures.get(procedure);
    if (own) {
      return options.progress === true || isPassthru(options)
        ? this.fail(call, ErrorUri.FeatureNotSupported)
        : this.#perform(call, own, args, kwargs);
    }
    // What is the protocol's is nobody else's, whatever their prefix matches.
    if (isReserved(procedure)) return this.fail(call, ErrorUri.NoSuchProcedure);
    return this.#invoke(call, message, decision);
  }

  /** Its outcome is an error. */
  fail(call: Call, error: Uri, args?: List, kwargs?: Dict, details?: Dict): void {
    call.end();
    try {
      call.caller.sendError(MessageType.Call, call.request, error, args, kwargs, details);
    } catch (problem) {
      call.caller.sendError(MessageType.Call, call.request, errorUriOf(problem));
    }
  }

  #invoke(call: Call, message: CallMessage, decision: Decision): void {
    const [, , options, procedure, args, kwargs] = message;
    const { maxQueue } = this.#realm.settings;
    const registration = this.#registrations.best(procedure);
    if (!registration) return this.fail(call, ErrorUri.NoSuchProcedure);
    const callee = registration.choose(maxQueue);
    if (!callee) {
      const stalled = registration.callees.some((one) => one.isStalled(maxQueue));
      return this.fail(call, stalled ? ErrorUri.Unavailable : ErrorUri.NoAvailableCallee);
    }
    const { progress } = options;
    if (
      (progress === true && !callee.takesProgress) ||
      (isPassthru(options) && !callee.takesPassthru)
    ) {
      return this.fail(call, ErrorUri.FeatureNotSupported);
    }
    const details = invocationDetails(call.caller, message, registration, callee, decision);
    if (details.timeout !== undefined) call.deadline?.clear();
    call.receivesProgress = details.receive_progress === true;
    if (progress === true) call.continuation = details;
    const first = progress === true ? { ...details, progress } : details;
    try {
      call.invoke(callee, registration, first, args, kwargs);
    } catch (error) {
      this.fail(call, errorUriOf(error));
    }
  }

  /** The router does it itself. */
  #perform(call: Call, procedure: MetaProcedure, args: List, kwargs: Dict): void {
    const succeed = (result: MetaResult): void => this.#succeed(call, result.args, result.kwargs);
    const fail = (error: unknown): void => this.#failed(call, error);
    try {
      const result = procedure({ caller: call.caller, args, kwargs });
      if (!(result instanceof Promise)) return succeed(result);
      void result.then(succeed).catch(fail);
    } catch (error) {
      fail(error);
    }
  }

  #failed(call: Call, error: unknown): void {
    if (!(error instanceof WampError)) {
      this.#realm.settings.logger.error("a procedure of the WAMP router failed:", error);
    }
    if (!call.isOpen) return;
    if (error instanceof WampError) this.fail(call, error.uri, error.args, error.kwargs);
    else this.fail(call, ErrorUri.RuntimeError);
  }

  #succeed(
    call: Call,
    args: List | undefined,
    kwargs: Dict | undefined,
    details: ResultDetails = {},
  ): void {
    if (!call.isOpen) return;
    call.end();
    try {
      call.caller.send([MessageType.Result, call.request, details, ...payload(args, kwargs)]);
    } catch (error) {
      call.caller.sendError(MessageType.Call, call.request, errorUriOf(error));
    }
  }

  #expire(call: Call): void {
    call.interrupt("killnowait", ErrorUri.Timeout);
    this.fail(call, ErrorUri.Timeout);
  }

  /** It fails though the callee is still at it. */
  #abandon(call: Call, error: Uri): void {
    call.interrupt("killnowait", ErrorUri.Canceled);
    this.fail(call, error);
  }
}

/**
 * The call that a callee answers; none when that is over.
 *
 * @throws Violation when there never was one.
 */
function invoked(session: Session, invocation: Id): Call | undefined {
  const call = session.invocations.get(invocation);
  if (!call && invocation > session.lastInvocation) {
    throw new Violation(`there was no INVOCATION ${invocation}`);
  }
  return call;
}

function passed(options: ResultDetails, progress?: true): ResultDetails {
  const details: ResultDetails = progress ? { progress } : {};
  copyPassthru(options, details);
  return details;
}

/** What a peer hears when its data can't be sent on to the other one. */
function errorUriOf(error: unknown): Uri {
  return error instanceof LimitError ? ErrorUri.PayloadSizeExceeded : ErrorUri.InvalidArgument;
}
