/**
 * One call, and all that may happen to it, said naively: what its caller and its callee should hear of each step.
 *
 * @module
 */

import { expect } from "vitest";
import type { Message } from "../../src/wamp/protocol/messages.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";
import { makeRealm, rolesWithout, TestSession } from "./wamp-session.ts";

export const STEPS = [
  "skip",
  "kill",
  "killnowait",
  "progress",
  "final",
  "error",
  "time",
  "callerLeaves",
  "calleeLeaves",
  "revoke",
  "unregister",
  "chunk",
  "lastChunk",
] as const;

export type Step = (typeof STEPS)[number];

export interface Variant {
  /** The callee takes INTERRUPTs, and so progress. */
  readonly cancelable: boolean;
  /** The caller sends chunks. */
  readonly progressive: boolean;
}

const TIMEOUT = 1000;
const STEP_TIME = 600;
const CANCELED = "wamp.error.canceled";
const TIMED_OUT = "wamp.error.timeout";

/** What should be heard. */
class Model {
  caller: Message[] = [];
  callee: Message[] = [];
  isOpen = true;
  callerThere = true;
  calleeThere = true;
  registered = true;
  #more: boolean;
  #interrupted = false;
  #now = 0;
  #due = TIMEOUT;
  #request = 1;
  readonly #variant: Variant;

  constructor(variant: Variant) {
    this.#variant = variant;
    this.#more = variant.progressive;
  }

  /** Whether the step can be taken at all: who has gone does nothing, and nobody breaks the protocol. */
  can(step: Step): boolean {
    if (step === "time") return true;
    if (step === "chunk" || step === "lastChunk") return this.callerThere && this.#more;
    if (["skip", "kill", "killnowait", "callerLeaves"].includes(step)) return this.callerThere;
    if (step === "revoke" || step === "unregister") return this.calleeThere && this.registered;
    return this.calleeThere;
  }

  take(step: Step): void {
    const { cancelable } = this.#variant;
    switch (step) {
      case "skip":
      case "kill":
      case "killnowait":
        return this.#cancel(step);
      case "progress":
        if (!this.isOpen || !cancelable) return undefined;
        this.#due = this.#now + TIMEOUT;
        return void this.caller.push([50, 1, { progress: true }]);
      case "final":
        return this.#end([50, 1, {}]);
      case "error":
        return this.#end([8, 48, 1, {}, "com.error"]);
      case "time":
        return this.#pass();
      case "callerLeaves":
        this.#interrupt("killnowait", CANCELED);
        this.callerThere = this.isOpen = false;
        return undefined;
      case "calleeLeaves":
        this.calleeThere = this.registered = false;
        return this.#end([8, 48, 1, {}, CANCELED]);
      case "revoke":
        this.registered = false;
        return void this.callee.push([67, 0, { registration: 1, reason: "test" }]);
      case "unregister":
        this.registered = false;
        return void this.callee.push([67, ++this.#request]);
      default:
        return this.#chunk(step === "chunk");
    }
  }

  #cancel(mode: "skip" | "kill" | "killnowait"): void {
    if (!this.isOpen || this.#interrupted) return;
    if (mode === "kill" && this.#variant.cancelable) return this.#interrupt(mode, CANCELED);
    if (mode !== "skip") this.#interrupt("killnowait", CANCELED);
    this.#end([8, 48, 1, {}, CANCELED]);
  }

  #pass(): void {
    this.#now += STEP_TIME;
    if (!this.isOpen || this.#now < this.#due) return;
    this.#interrupt("killnowait", TIMED_OUT);
    this.#end([8, 48, 1, {}, TIMED_OUT]);
  }

  #chunk(more: boolean): void {
    this.#more = more;
    if (!this.isOpen || this.#interrupted) return;
    this.callee.push([68, 1, 1, { receive_progress: true, ...(more ? { progress: true } : {}) }]);
  }

  #interrupt(mode: "kill" | "killnowait", reason: string): void {
    if (!this.isOpen || !this.#variant.cancelable || this.#interrupted) return;
    this.#interrupted = true;
    this.callee.push([69, 1, { mode, reason }]);
  }

  #end(outcome: Message): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.caller.push(outcome);
  }
}

/** The dealer, with a call under way. */
class Subject {
  readonly clock = new FakeClock();
  readonly realm = makeRealm({ clock: this.clock });
  readonly admin = new TestSession(this.realm);
  readonly caller = new TestSession(this.realm);
  readonly callee: TestSession;

  constructor({ cancelable, progressive }: Variant) {
    const roles = cancelable ? undefined : rolesWithout("callee", "call_canceling");
    this.callee = new TestSession(this.realm, {}, roles);
    this.callee.register("com.work");
    const options = { receive_progress: true, timeout: TIMEOUT };
    this.caller.call("com.work", progressive ? { ...options, progress: true } : options);
    this.callee.take();
  }

  take(step: Step): void {
    const { caller, callee, admin } = this;
    switch (step) {
      case "skip":
      case "kill":
      case "killnowait":
        return caller.send([49, 1, { mode: step }]);
      case "progress":
        return callee.send([70, 1, { progress: true }]);
      case "final":
        return callee.send([70, 1, {}]);
      case "error":
        return callee.send([8, 68, 1, {}, "com.error"]);
      case "time":
        return this.clock.advance(STEP_TIME);
      case "callerLeaves":
        return caller.leave();
      case "calleeLeaves":
        return callee.leave();
      case "revoke":
        return void admin.call("wamp.registration.remove_callee", {}, [1, callee.id, "test"]);
      case "unregister":
        return callee.send([66, callee.next(), 1]);
      default:
        return caller.send([48, 1, step === "chunk" ? { progress: true } : {}, "com.work"]);
    }
  }
}

/** Takes those steps that can be taken, and compares what is heard; then waits until nothing can be left. */
export function checkCall(steps: readonly Step[], variant: Variant): void {
  const model = new Model(variant);
  const subject = new Subject(variant);
  const ending: readonly Step[] = ["time", "time", "final", "error", "killnowait"];
  for (const step of [...steps, ...ending]) {
    if (!model.can(step)) continue;
    model.take(step);
    subject.take(step);
  }
  const { caller, callee } = subject;
  // One comparison of strings, since this runs some hundred thousand times.
  const [heard, expected] = [
    [caller.received, callee.received],
    [model.caller, model.callee],
  ];
  if (JSON.stringify(heard) !== JSON.stringify(expected)) expect(heard).toEqual(expected);
  const outcomes = caller.received.filter(
    ([type, , details]) => type !== 50 || !isProgress(details),
  );
  const left = caller.session.calls.size + callee.session.invocations.size + subject.clock.timers;
  if (left > 0) expect({ steps, left }).toEqual({ steps, left: 0 });
  if (model.callerThere && outcomes.length !== 1) expect({ steps, outcomes }).toBeUndefined();
}

function isProgress(details: unknown): boolean {
  return (details as { progress?: boolean }).progress === true;
}
