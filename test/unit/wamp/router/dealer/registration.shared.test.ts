import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { InvokePolicy } from "../../../../../src/wamp/protocol/messages.ts";
import { Callee } from "../../../../../src/wamp/router/dealer/callee.ts";
import { Registration } from "../../../../../src/wamp/router/dealer/registration.ts";
import { makeRealm, TestSession } from "../../../../support/wamp-session.ts";

/** Who was called, in order: every callee answers with its index in the order of registration. */
function callees(invoke: InvokePolicy, calls: number, options = {}): number[] {
  const realm = makeRealm();
  const all = Array.from({ length: 3 }, () => new TestSession(realm));
  for (const callee of all) callee.register("com.add", { invoke, ...options });
  const caller = new TestSession(realm);
  return Array.from({ length: calls }, () => {
    caller.call("com.add");
    return all.findIndex((callee) => callee.take().length > 0);
  });
}

test("first, last and roundrobin", () => {
  expect(callees("first", 3)).toEqual([0, 0, 0]);
  expect(callees("last", 3)).toEqual([2, 2, 2]);
  expect(callees("roundrobin", 5)).toEqual([0, 1, 2, 0, 1]);
});

test("random gets around", () => {
  expect(new Set(callees("random", 200))).toEqual(new Set([0, 1, 2]));
});

test("who is at its limit is passed over, until all are", () => {
  expect(callees("first", 4, { concurrency: 1 })).toEqual([0, 1, 2, -1]);
  expect(callees("last", 4, { concurrency: 1 })).toEqual([2, 1, 0, -1]);
  expect(callees("roundrobin", 7, { concurrency: 2 })).toEqual([0, 1, 2, 0, 1, 2, -1]);
  expect(callees("random", 4, { concurrency: 1 }).toSorted((a, b) => a - b)).toEqual([-1, 0, 1, 2]);
});

test.each(["yield", "error", "cancel"])("a call that ends by %s makes room", (end) => {
  const realm = makeRealm();
  const [callee, caller] = [new TestSession(realm), new TestSession(realm)];
  callee.register("com.add", { concurrency: 1 });
  caller.call("com.add");
  caller.call("com.add");
  expect(caller.take()).toEqual([[8, 48, 2, {}, "wamp.error.no_available_callee"]]);
  if (end === "yield") callee.send([70, 1, {}]);
  else if (end === "error") callee.send([8, 68, 1, {}, "com.error"]);
  else caller.send([49, 1, {}]);
  callee.take();
  caller.call("com.add");
  expect(callee.take()).toMatchObject([[68, 2, 1, {}]]);
});

interface Step {
  readonly type: "add" | "remove" | "call" | "answer";
  readonly index: number;
}

const steps = fc.array(
  fc.record({
    type: fc.constantFrom<Step["type"]>("add", "remove", "call", "call", "answer"),
    index: fc.nat(5),
  }),
  { maxLength: 60 },
);

/** The policy said naively: the list of those that may be asked, and a mark behind who was asked last. */
class Model {
  readonly list: number[] = [];
  readonly busy = new Map<number, number>();
  mark = 0;
  readonly #policy: InvokePolicy;
  readonly #limit: number;

  constructor(policy: InvokePolicy, limit: number) {
    this.#policy = policy;
    this.#limit = limit;
  }

  remove(id: number): void {
    const at = this.list.indexOf(id);
    if (at < this.mark) this.mark--;
    this.list.splice(at, 1);
    this.busy.delete(id);
  }

  /** All that the policy allows. */
  candidates(): number[] {
    const order =
      this.#policy === "last"
        ? this.list.toReversed()
        : this.#policy === "roundrobin"
          ? [...this.list.slice(this.mark), ...this.list.slice(0, this.mark)]
          : this.list;
    const free = order.filter((id) => (this.busy.get(id) ?? 0) < this.#limit);
    return this.#policy === "random" ? free : free.slice(0, 1);
  }

  called(id: number): void {
    this.mark = this.list.indexOf(id) + 1;
    this.busy.set(id, (this.busy.get(id) ?? 0) + 1);
  }
}

test.each<InvokePolicy>(["first", "last", "roundrobin", "random"])(
  "%s does what the model does while callees come and go",
  (policy) => {
    const realm = makeRealm();
    const sessions = Array.from({ length: 6 }, () => new TestSession(realm).session);
    fc.assert(
      fc.property(steps, (todo) => {
        const registration = new Registration(1, "com.add", "exact", policy);
        const model = new Model(policy, 2);
        for (const { type, index } of todo) {
          const session = sessions[index] as (typeof sessions)[number];
          const known = registration.calleeOf(session);
          expect(known !== undefined).toBe(model.list.includes(index));
          if (type === "add" && !known) {
            registration.callees.push(new Callee(session, { concurrency: 2 }));
            model.list.push(index);
          } else if (type === "remove" && known) {
            registration.remove(session);
            model.remove(index);
          } else if (type === "answer" && known && known.running > 0) {
            known.running--;
            model.busy.set(index, known.running);
          } else if (type === "call") {
            const chosen = registration.choose(0);
            const allowed = model.candidates();
            if (!chosen) {
              expect(allowed).toEqual([]);
              continue;
            }
            const who = sessions.indexOf(chosen.session);
            expect(allowed).toContain(who);
            chosen.running++;
            model.called(who);
          }
        }
      }),
      { numRuns: 300, seed: 5 },
    );
  },
);
