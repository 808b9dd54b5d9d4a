/**
 * `updated` never comes before its data, whatever the delays.
 *
 * @module
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { createDdp, holdUpdated, recordWrite } from "../../../../../src/ddp/server/index.ts";
import type { DocumentSink, LiveHandle, LiveSource } from "../../../../../src/ddp/server/index.ts";
import { Deque } from "../../../../../src/util/deque.ts";
import { Deferred } from "../../../../../src/util/deferred.ts";
import { DdpPeer } from "../../../../support/ddp-peer.ts";
import type { Json } from "../../../../support/ddp-peer.ts";
import { turns } from "../../../../support/turns.ts";

/** Counters, whose changes are delivered when it is told to: in order, but any time later. */
class SlowSource implements LiveSource<string> {
  readonly counters: Map<string, number> = new Map();
  readonly #sinks = new Map<string, Set<DocumentSink>>();
  readonly #undelivered = new Deque<() => void>();

  async observe(name: string, sink: DocumentSink): Promise<LiveHandle> {
    const sinks = this.#sinks.get(name) ?? new Set();
    this.#sinks.set(name, sinks.add(sink));
    sink.added(name, { n: this.counters.get(name) ?? 0 });
    return { stop: () => void sinks.delete(sink) };
  }

  increment(name: string): number {
    const n = (this.counters.get(name) ?? 0) + 1;
    this.counters.set(name, n);
    const seenBy = Array.from(this.#sinks.get(name) ?? []);
    this.#undelivered.push(() => {
      for (const sink of seenBy) sink.changed(name, { n }, { n });
    });
    recordWrite(this);
    return n;
  }

  barrier(): Promise<void> {
    const passed = new Deferred<void>();
    this.#undelivered.push(() => passed.resolve());
    return passed.promise;
  }

  invalidate(): Promise<void> {
    return this.barrier();
  }

  /** Says whether there was anything. */
  deliverNext(): boolean {
    const next = this.#undelivered.shift();
    next?.();
    return next !== undefined;
  }
}

/** A call: which counter it increments, and after how many turns of the event loop; and whether it waits for that itself. */
interface Call {
  readonly peer: number;
  readonly counter: string;
  readonly delay: number;
  readonly awaits: boolean;
  readonly unblocks: boolean;
}

const calls = fc.array(
  fc.record<Call>({
    peer: fc.nat(2),
    counter: fc.constantFrom("a", "b"),
    delay: fc.nat(3),
    awaits: fc.boolean(),
    unblocks: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);

/** Each message that says `updated` comes after the change that its method made. */
function check(messages: readonly Json[], made: ReadonlyMap<string, [string, number]>): void {
  const seen = new Map<unknown, number>();
  for (const message of messages) {
    const { msg, id, fields, methods } = message;
    if (msg === "added" || msg === "changed") seen.set(id, (fields as { n: number }).n);
    for (const method of (methods ?? []) as string[]) {
      const [counter, n] = made.get(method) as [string, number];
      expect(seen.get(counter)).toBeGreaterThanOrEqual(n);
    }
  }
  const updated = messages.flatMap(({ methods }) => (methods ?? []) as string[]);
  expect(updated.toSorted()).toEqual(Array.from(made.keys()).toSorted());
}

test("updated never before its data under random delays, for several sessions", async () => {
  const property = fc.asyncProperty(calls, fc.infiniteStream(fc.nat(3)), async (all, delays) => {
    const ddp = createDdp();
    const source = new SlowSource();
    const made = new Map<string, [string, number]>();
    ddp.publish("all", () =>
      ["a", "b"].map((name) => ({
        collection: name,
        observe: (sink) => source.observe(name, sink),
      })),
    );
    ddp.methods({
      async increment(invocation, key, given) {
        const call = given as Call;
        if (call.unblocks) invocation.unblock();
        const write = (): void =>
          void made.set(String(key), [call.counter, source.increment(call.counter)]);
        if (call.awaits) {
          await turns(call.delay);
          return write();
        }
        const release = holdUpdated();
        void turns(call.delay).then(write).then(release);
      },
    });
    const peers = await Promise.all([0, 1, 2].map(() => DdpPeer.connect(ddp)));
    for (const peer of peers) peer.send({ msg: "sub", id: "s", name: "all" });
    all.forEach((call, at) => {
      peers[call.peer]?.send({
        msg: "method",
        id: `${at}`,
        method: "increment",
        params: [`${at}`, call],
      });
    });
    const next = delays[Symbol.iterator]();
    const isDone = (): boolean =>
      all.every((_, at) =>
        peers.some(({ received }) =>
          received.some(({ methods }) => (methods as string[])?.[0] === `${at}`),
        ),
      );
    for (let left = 2000; left > 0 && !isDone(); left--) {
      await turns(next.next().value as number);
      source.deliverNext();
    }
    peers.forEach((peer, at) => {
      const own = Array.from(made).filter(([key]) => all[Number(key)]?.peer === at);
      check(peer.received, new Map(own));
    });
    expect(made.size).toBe(all.length);
    await ddp.close();
  });
  await fc.assert(property, { numRuns: 60 });
});
