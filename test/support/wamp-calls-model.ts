/**
 * Many calls at once, of which only is demanded what holds for each of them: one outcome, nothing after it, and nothing that
 * is left.
 *
 * @module
 */

import * as fc from "fast-check";
import { expect } from "vitest";
import { FakeClock } from "../../src/testing/fake-clock.ts";
import type { Message } from "../../src/wamp/protocol/messages.ts";
import type { Authorizer, Decision } from "../../src/wamp/router/authorization/authorizer.ts";
import type { Realm } from "../../src/wamp/router/realm.ts";
import { settled } from "./wamp-peer.ts";
import { makeRealm, TestSession } from "./wamp-session.ts";

const PROCEDURES = ["com.now", "com.later", "com.shared", "com.nothing", "wamp.registration.list"];
const POLICIES = ["single", "roundrobin", "random", "first", "last"] as const;
const MODES = ["skip", "kill", "killnowait"] as const;

const action = fc.record({
  type: fc.constantFrom(
    "call",
    "call",
    "call",
    "chunk",
    "cancel",
    "cancel",
    "progress",
    "progress",
    "final",
    "final",
    "error",
    "register",
    "register",
    "unregister",
    "revoke",
    "leave",
    "decide",
    "decide",
    "time",
    "unsendable",
    "slow",
  ),
  /** Which session. */
  who: fc.nat(3),
  /** Which of its calls, invocations, registrations, or procedures. */
  which: fc.nat(5),
  flag: fc.boolean(),
});

type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

export const actions = fc.array(action, { minLength: 10, maxLength: 80 });

/** Decides of `com.later` when it is told to, of all else at once. */
class Decider implements Authorizer {
  readonly waiting: ((decision: Decision) => void)[] = [];

  authorize({ uri }: { uri: string }): Decision | Promise<Decision> {
    if (uri !== "com.later") return { allow: true };
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  decide(index: number, allow: boolean): void {
    const [resolve] = this.waiting.splice(index % Math.max(1, this.waiting.length), 1);
    resolve?.({ allow });
  }
}

class World {
  readonly clock = new FakeClock();
  readonly decider = new Decider();
  readonly realm: Realm = makeRealm({ clock: this.clock, maxCalls: 6 }, this.decider);
  readonly all: TestSession[] = [];
  readonly sessions: TestSession[] = [];
  /** By session: the ids of its CALLs, those with more to come first. */
  readonly calls = new Map<TestSession, { id: number; procedure: string; more: boolean }[]>();

  constructor() {
    for (let index = 0; index < 4; index++) this.join(index);
  }

  join(index: number): void {
    const session = new TestSession(this.realm);
    this.sessions[index] = session;
    this.all.push(session);
    this.calls.set(session, []);
  }

  act({ type, who, which, flag }: Action): void {
    const session = this.sessions[who] as TestSession;
    const procedure = PROCEDURES[which % PROCEDURES.length] as string;
    const invocation = pick(invocations(session), which);
    const registration = pick([...session.session.registrations.keys()], which);
    const calls = this.calls.get(session) ?? [];
    const call = pick(calls, which);
    switch (type) {
      case "call": {
        const options = { receive_progress: flag, timeout: flag ? 1000 : 0, progress: which > 3 };
        const id = session.call(procedure, options, ["data"]);
        calls.push({ id, procedure, more: which > 3 });
        return undefined;
      }
      case "chunk": {
        const open = calls.find(({ more }) => more);
        if (!open) return undefined;
        open.more = flag;
        return session.send([48, open.id, { progress: flag }, open.procedure, ["chunk"]]);
      }
      case "cancel":
        return session.send([49, call?.id ?? 99, { mode: MODES[which % 3] ?? "skip" }]);
      case "progress":
      case "final":
        if (invocation === undefined) return undefined;
        return session.send([70, invocation, { progress: type === "progress" }, ["data"]]);
      case "error":
        return invocation === undefined
          ? undefined
          : session.send([8, 68, invocation, {}, "com.error", ["data"]]);
      case "register": {
        const invoke = procedure === "com.shared" ? "roundrobin" : (POLICIES[which] ?? "single");
        const options = { invoke, concurrency: which + 1, force_reregister: flag && which === 0 };
        return session.send([64, session.next(), options, procedure]);
      }
      case "unregister":
        return session.send([66, session.next(), registration ?? 99]);
      case "revoke": {
        const admin = this.sessions[(who + 1) % 4] as TestSession;
        const args = [registration ?? 99, session.id];
        const id = admin.call("wamp.registration.remove_callee", {}, args);
        this.calls.get(admin)?.push({ id, procedure: "", more: false });
        return undefined;
      }
      case "leave":
        session.leave();
        return this.join(who);
      case "decide":
        return this.decider.decide(which, flag);
      case "time":
        return this.clock.advance(600);
      case "unsendable":
        session.refuses = (message) =>
          flag && JSON.stringify(message).includes('"data"') ? new TypeError("no") : undefined;
        return undefined;
      default:
        session.waiting = flag ? 2 ** 30 : 0;
        return undefined;
    }
  }
}

export async function checkCalls(taken: readonly Action[]): Promise<void> {
  const world = new World();
  for (const one of taken) {
    world.act(one);
    if (one.type === "decide") await settled();
  }
  while (world.decider.waiting.length > 0) {
    world.decider.decide(0, true);
    await settled();
  }
  answerAll(world);
  for (const session of world.all) {
    checkCallee(session.received);
    checkCaller(
      session,
      (world.calls.get(session) ?? []).map(({ id }) => id),
    );
    const { calls, invocations: open } = session.session;
    expect([calls.size, open.size]).toEqual([0, 0]);
  }
  expect(world.clock.timers).toBe(0);
  for (const session of world.sessions) session.leave();
  const last = new TestSession(world.realm);
  last.call("wamp.registration.list");
  expect(last.take()).toEqual([[50, 1, {}, [{ exact: [], prefix: [], wildcard: [] }]]]);
}

function answerAll({ sessions }: World): void {
  for (const session of sessions) {
    for (const invocation of session.session.invocations.keys()) session.send([70, invocation, {}]);
  }
}

/** Each call has one outcome, unless its caller has gone, and is not heard of after that. */
function checkCaller({ session, received }: TestSession, ids: readonly number[]): void {
  const over = new Set<number>();
  for (const message of received) {
    const request =
      message[0] === 50 ? message[1] : message[0] === 8 && message[1] === 48 ? message[2] : 0;
    if (request === 0) continue;
    expect(over).not.toContain(request);
    expect(ids).toContain(request);
    if (message[0] === 50 && message[2].progress === true) continue;
    over.add(request);
  }
  if (session.isOpen) expect([...over].toSorted((a, b) => a - b)).toEqual(ids);
}

/** Invocations are numbered without gaps, and only those that were sent are interrupted, once. */
function checkCallee(received: readonly Message[]): void {
  let last = 0;
  const interrupted = new Set<number>();
  for (const message of received) {
    expect(message[0]).not.toBe(3);
    if (message[0] === 68 && message[1] > last) expect(message[1]).toBe(++last);
    if (message[0] !== 69) continue;
    expect(message[1]).toBeLessThanOrEqual(last);
    expect(interrupted).not.toContain(message[1]);
    interrupted.add(message[1]);
  }
}

/** Those that a callee has heard of, the ended ones too: late answers are no violation. */
function invocations({ received }: TestSession): number[] {
  return received.flatMap((message) => (message[0] === 68 ? [message[1]] : []));
}

function pick<T>(items: readonly T[], index: number): T | undefined {
  return items.length === 0
    ? undefined
    : items[(items.length - 1 - index + items.length * 6) % items.length];
}
