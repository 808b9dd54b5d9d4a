/**
 * Counters on a server of DDP, and a client that adds to them: what it shows may only go up.
 *
 * @module
 */

import { ddpClient } from "../../src/ddp/client/index.ts";
import type { DdpClient, Simulation } from "../../src/ddp/client/index.ts";
import { createDdp } from "../../src/ddp/server/index.ts";
import type { Ddp, DdpOptions, Subscription } from "../../src/ddp/server/index.ts";
import type { Document } from "../../src/ddp/live/documents.ts";
import { CutLine } from "./ddp-cut-line.ts";

export interface Counter extends Document {
  readonly n: number;
}

/** A server with the method `add`, and a publication of all counters. */
export class Counters {
  readonly ddp: Ddp;
  readonly counts = new Map<string, number>();
  readonly #subscriptions = new Set<Subscription>();

  constructor(options: DdpOptions = {}) {
    this.ddp = createDdp(options);
    this.ddp.methods({
      add: (_invocation, id, n) => this.add(String(id), Number(n)),
      nothing: () => {},
      login: async (invocation) => {
        await invocation.setUserId("ada");
        return { id: "ada", token: "token" };
      },
    });
    this.ddp.publish("counters", (subscription) => {
      for (const [id, n] of this.counts) subscription.added("counters", id, { n });
      this.#subscriptions.add(subscription);
      subscription.onStop(() => void this.#subscriptions.delete(subscription));
      subscription.ready();
    });
  }

  add(id: string, n: number): number {
    const before = this.counts.get(id);
    const sum = (before ?? 0) + n;
    this.counts.set(id, sum);
    for (const subscription of this.#subscriptions) {
      if (before === undefined) subscription.added("counters", id, { n: sum });
      else subscription.changed("counters", id, { n: sum });
    }
    return sum;
  }
}

/** A client of the counters, over a line that breaks, and what it has shown. */
export class CounterClient {
  readonly client: DdpClient;
  readonly line: CutLine;
  /** What was shown that was less than before. */
  readonly flickers: string[] = [];

  constructor(counters: Counters, lives: readonly number[]) {
    this.line = new CutLine(counters.ddp, lives);
    this.client = ddpClient(this.line.open, { maxDelay: 0.01 });
    const documents = this.client.collection<Counter>("counters");
    this.client.methods({
      add: (_simulation: Simulation, id: string, n: number) => {
        const there = documents.findOne(id);
        if (there) void documents.update(id, { $inc: { n } });
        else void documents.insert({ _id: id, n });
      },
    });
    documents.find().observe({
      changedAt: ({ _id, n }, before) => {
        if (n < before.n) this.flickers.push(`${_id as string}: ${before.n} -> ${n}`);
      },
      removedAt: ({ _id }) => this.flickers.push(`${_id as string} is gone`),
    });
  }

  /** What is shown now. */
  get shown(): Map<string, number> {
    const documents = this.client.collection<Counter>("counters").find().fetch();
    return new Map(documents.map(({ _id, n }) => [String(_id), n]));
  }
}
