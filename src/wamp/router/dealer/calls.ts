/**
 * Calls from the CALL to their one outcome.
 *
 * A call is open as long as it is in `calls` of its caller; who ends it, answers it, and whoever comes later finds nothing.
 *
 * @module
 */

import * as ErrorUri from "../../protocol/error-uri.ts";
import { Violation, WampError } from "../../protocol/errors.ts";
import type {
  Call as CallMessage,
  Cancel,
  Dict,
  ErrorMessage,
  Id,
  List,
  ResultDetails,
  Yield,
} from "../../protocol/messages.ts";
import { isReserved } from "../../protocol/uri.ts";
import type { Decision } from "../authorization/authorizer.ts";
import type { MetaProcedure, MetaResult } from "../meta/meta-procedure.ts";
import type { Realm } from "../realm.ts";
import type { Session } from "../session/session.ts";
import { Call } from "./call.ts";
import { Deadline } from "./deadline.ts";
import { invocationDetails } from "./invocation-details.ts";
import { checkPassthru, copyPassthru, isPassthru, PASSTHRU_FEATURE } from "../passthru.ts";
import { isCallable } from "../uris.ts";
import type { Registrations } from "./registrations.ts";

/** So many procedures of the router's own may take their time for one caller, each with arguments that are held meanwhile. */
const MAX_PERFORMING = 16;

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
    if (!isCallable(procedure, settings)) {
      return session.sendError(type, request, ErrorUri.InvalidUri);
    }
    if (session.calls.size >= settings.maxCalls) {
      const text = `a session has at most ${settings.maxCalls} open calls`;
      return session.sendError(type, request, ErrorUri.LimitExceeded, [text]);
    }
    const call = new Call(this, session, message);
    if (options.timeout !== undefined && options.timeout > 0) {
      call.deadline = new Deadline(settings.clock, options.timeout, () =>
        call.abandon(ErrorUri.Timeout, ErrorUri.Timeout),
      );
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
      return call.abandon(ErrorUri.Unavailable);
    }
    const details = more ? { ...continuation, progress: true } : continuation;
    call.proceed(callee, details, args, kwargs);
  }

  cancel(session: Session, [type, request, { mode = "killnowait" }]: Cancel): void {
    const call = session.calls.get(request);
    if (!call || call.isInterrupted) return;
    if (mode === "skip") return call.fail(ErrorUri.Canceled);
    if (mode === "killnowait") return call.abandon(ErrorUri.Canceled);
    if (mode !== "kill") return session.sendError(type, request, ErrorUri.InvalidArgument);
    if (!call.callee?.isCancelable) return call.fail(ErrorUri.Canceled);
    // The outcome is what the callee makes of it.
    return call.interrupt(mode, ErrorUri.Canceled);
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
        ? call.abandon(ErrorUri.FeatureNotSupported)
        : call.fail(ErrorUri.FeatureNotSupported);
    }
    if (!progress) return call.succeed(passthru ? passed(options) : {}, args, kwargs);
    // A stream that its caller doesn't keep up with ends, rather than the session with all its other calls.
    if (call.caller.link.waiting > this.#realm.settings.maxQueue) {
      return call.abandon(ErrorUri.Unavailable);
    }
    call.progress(passthru ? passed(options, progress) : { progress }, args, kwargs);
  }

  /** @throws Violation */
  error(session: Session, [type, , invocation, details, error, args, kwargs]: ErrorMessage): void {
    const passthru = checkPassthru(session, "callee", type, details);
    const call = invoked(session, invocation);
    if (!call) return;
    if (passthru && !call.caller.announces("caller", PASSTHRU_FEATURE)) {
      return call.fail(ErrorUri.FeatureNotSupported);
    }
    call.fail(error, args, kwargs, passthru ? { ...passed(details) } : undefined);
  }

  /** A session has gone. */
  leave(session: Session): void {
    for (const call of session.calls.values()) {
      call.interrupt("killnowait", ErrorUri.Canceled);
      call.end();
    }
    for (const call of session.invocations.values()) call.fail(ErrorUri.Canceled);
  }

  /** It is allowed: who does it? */
  route(call: Call, message: CallMessage, decision: Decision): void | Promise<void> {
    const [, , options, procedure, args = [], kwargs = {}] = message;
    if (options.disclose_me === true && decision.disclose === false) {
      return call.fail(ErrorUri.DiscloseMeDisallowed);
    }
    const own = this.#realm.procedures.get(procedure);
    if (own) {
      return options.progress === true || isPassthru(options)
        ? call.fail(ErrorUri.FeatureNotSupported)
        : this.#perform(call, own, args, kwargs);
    }
    // What is the protocol's is nobody else's, whatever their prefix matches.
    if (isReserved(procedure)) return call.fail(ErrorUri.NoSuchProcedure);
    return this.#invoke(call, message, decision);
  }

  #invoke(call: Call, message: CallMessage, decision: Decision): void {
    const [, , options, procedure, args, kwargs] = message;
    const { maxQueue } = this.#realm.settings;
    const registration = this.#registrations.best(procedure);
    if (!registration) return call.fail(ErrorUri.NoSuchProcedure);
    const callee = registration.choose(maxQueue);
    if (!callee) {
      const stalled = registration.callees.some((one) => one.isStalled(maxQueue));
      return call.fail(stalled ? ErrorUri.Unavailable : ErrorUri.NoAvailableCallee);
    }
    const { progress } = options;
    if (
      (progress === true && !callee.takesProgress) ||
      (isPassthru(options) && !callee.takesPassthru)
    ) {
      return call.fail(ErrorUri.FeatureNotSupported);
    }
    const details = invocationDetails(call.caller, message, registration, callee, decision);
    if (details.timeout !== undefined) call.deadline?.clear();
    call.receivesProgress = details.receive_progress === true;
    if (progress === true) call.continuation = details;
    const first = progress === true ? { ...details, progress } : details;
    call.invoke(callee, registration, first, args, kwargs);
  }

  /** The router does it itself. While much of that takes its time, what the caller wants next waits. */
  #perform(call: Call, procedure: MetaProcedure, args: List, kwargs: Dict): void | Promise<void> {
    const succeed = (result: MetaResult): void => call.succeed({}, result.args, result.kwargs);
    const fail = (error: unknown): void => this.#failed(call, error);
    try {
      const result = procedure({ caller: call.caller, args, kwargs });
      if (!(result instanceof Promise)) return succeed(result);
      const { caller } = call;
      const done = result.then(succeed, fail).then(() => void caller.performing--);
      return ++caller.performing >= MAX_PERFORMING ? done : undefined;
    } catch (error) {
      return fail(error);
    }
  }

  #failed(call: Call, error: unknown): void {
    if (error instanceof WampError) return call.fail(error.uri, error.args, error.kwargs);
    this.#realm.settings.logger.error("a procedure of the WAMP router failed:", error);
    return call.fail(ErrorUri.RuntimeError);
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
