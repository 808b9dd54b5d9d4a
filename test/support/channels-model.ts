/**
 * Channels as they should be, so simple that it is plain to see, and a check of the real ones against it.
 *
 * @module
 */

import * as fc from "fast-check";
import { expect } from "vitest";
import type { ChannelServer } from "../../src/channels/server/channel-server.ts";
import type { Push, SubscribeResult } from "../../src/channels/protocol/messages.ts";
import type { TestClient } from "./channels.ts";
import { World } from "./channels.ts";
import { turns } from "./turns.ts";

const SIZE = 4;
const TTL = 30_000;
const MAX_RECOVER = 3;

const CHANNELS = ["h:1", "h:2", "p:__proto__"];
const CLIENTS = 3;

export type Step =
  | { readonly do: "connect" | "cut" | "close"; readonly who: number }
  | { readonly do: "subscribe" | "unsubscribe"; readonly who: number; readonly channel: string }
  | { readonly do: "publishBy"; readonly who: number; readonly channel: string }
  | { readonly do: "publish"; readonly channel: string; readonly count: number }
  | { readonly do: "skipHistory"; readonly channel: string }
  | { readonly do: "remove"; readonly channel: string }
  | { readonly do: "advance"; readonly seconds: number }
  | {
      readonly do: "history";
      readonly channel: string;
      readonly limit: number;
      readonly since: number | undefined;
      readonly reverse: boolean;
    };

const who = fc.nat(CLIENTS - 1);
const channel = fc.constantFrom(...CHANNELS);
const weighted = (weight: number, arbitrary: fc.Arbitrary<Step>): fc.WeightedArbitrary<Step> => ({
  weight,
  arbitrary,
});

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    weighted(6, fc.record({ do: fc.constant("connect" as const), who })),
    weighted(2, fc.record({ do: fc.constantFrom("cut" as const, "close" as const), who })),
    weighted(10, fc.record({ do: fc.constant("subscribe" as const), who, channel })),
    weighted(3, fc.record({ do: fc.constant("unsubscribe" as const), who, channel })),
    weighted(4, fc.record({ do: fc.constant("publishBy" as const), who, channel })),
    weighted(
      8,
      fc.record({
        do: fc.constant("publish" as const),
        channel,
        count: fc.integer({ min: 1, max: 5 }),
      }),
    ),
    weighted(2, fc.record({ do: fc.constant("skipHistory" as const), channel })),
    weighted(1, fc.record({ do: fc.constant("remove" as const), channel })),
    weighted(2, fc.record({ do: fc.constant("advance" as const), seconds: fc.nat(40) })),
    weighted(
      4,
      fc.record({
        do: fc.constant("history" as const),
        channel,
        limit: fc.integer({ min: -1, max: 6 }),
        since: fc.option(fc.nat(12), { nil: undefined }),
        reverse: fc.boolean(),
      }),
    ),
  ),
  { minLength: 20, maxLength: 80, size: "max" },
);

/** One channel. */
class ModelChannel {
  readonly hasHistory: boolean;
  top = 0;
  entries: { offset: number; data: string }[] = [];
  expires = 0;

  constructor(name: string) {
    this.hasHistory = name.startsWith("h:");
  }

  /** The entries that have not expired. */
  kept(now: number): { offset: number; data: string }[] {
    return now < this.expires ? this.entries : [];
  }

  publish(data: string, now: number): number | undefined {
    if (!this.hasHistory) return undefined;
    this.entries = [...this.kept(now), { offset: ++this.top, data }].slice(-SIZE);
    this.expires = now + TTL;
    return this.top;
  }
}

/** One client's place in one channel. */
interface ModelSubscription {
  /** What it should have got, the answer to its subscribe included. */
  readonly expected: string[];
  /** What it did get with the answer; the rest came as pushes, of which there were so many before. */
  readonly answered: string[];
  readonly pushesBefore: number;
  /** In which order they came, of all clients. */
  readonly turn: number;
}

interface ModelClient {
  client: TestClient | undefined;
  id: string;
  readonly subscriptions: Map<string, ModelSubscription>;
  readonly positions: Map<string, { offset: number; epoch: string }>;
}

class ChannelsModel {
  readonly world = new World();
  readonly #server: ChannelServer = this.world.server({
    maxRecover: MAX_RECOVER,
    hooks: { connect: ({ token }) => ({ user: token }) },
    namespaces: {
      h: {
        access: { subscribe: "users", publish: "users" },
        history: { size: SIZE, ttl: TTL },
        presence: true,
        joinLeave: true,
      },
      p: {
        access: { subscribe: "users", publish: "users" },
        presence: true,
        joinLeave: true,
        echo: false,
      },
    },
  });
  readonly #channels = new Map(CHANNELS.map((name) => [name, new ModelChannel(name)]));
  readonly #clients: ModelClient[] = Array.from({ length: CLIENTS }, () => ({
    client: undefined,
    id: "",
    subscriptions: new Map(),
    positions: new Map(),
  }));
  #published = 0;
  #turn = 0;

  async do(step: Step): Promise<void> {
    switch (step.do) {
      case "connect":
        await this.#connect(step.who);
        break;
      case "cut":
      case "close":
        await this.#end(step.who, step.do);
        break;
      case "subscribe":
        await this.#subscribe(step.who, step.channel);
        break;
      case "unsubscribe":
        await this.#unsubscribe(step.who, step.channel);
        break;
      case "publishBy":
        await this.#publishBy(step.who, step.channel);
        break;
      case "publish":
        for (let at = 0; at < step.count; at++) await this.#publish(step.channel, false);
        break;
      case "skipHistory":
        await this.#publish(step.channel, true);
        break;
      case "remove":
        await this.#remove(step.channel);
        break;
      case "advance":
        await this.#advance(step.seconds * 1_000);
        break;
      case "history":
        await this.#history(step);
    }
    await turns(2);
    await this.#check();
  }

  get #now(): number {
    return this.world.clock.now();
  }

  #channel(name: string): ModelChannel {
    return this.#channels.get(name) as ModelChannel;
  }

  async #connect(index: number): Promise<void> {
    const model = this.#clients[index] as ModelClient;
    if (model.client) return;
    model.client = this.world.client(this.#server);
    // (Two clients of one user, and one of another.)
    const { connect } = await model.client.connect({ token: `user${index >> 1}` });
    model.id = connect?.client ?? "";
  }

  async #end(index: number, how: "cut" | "close"): Promise<void> {
    const model = this.#clients[index] as ModelClient;
    if (!model.client) return;
    if (how === "cut") model.client.connection.terminate();
    else await model.client.connection.close();
    await model.client.served;
    model.client = undefined;
    model.subscriptions.clear();
  }

  async #subscribe(index: number, name: string): Promise<void> {
    const { client, subscriptions, positions } = this.#clients[index] as ModelClient;
    if (!client) return;
    const position = positions.get(name);
    const command = {
      subscribe: {
        channel: name,
        join_leave: true,
        ...(position && { recover: true, ...position }),
      },
    };
    const pushesBefore = client.publications(name).length;
    const { subscribe, error } = await client.ask(command);
    if (subscriptions.has(name)) {
      expect(error?.code).toBe(105);
      return;
    }
    const expected = this.#expectAnswer(name, position, subscribe as SubscribeResult);
    subscriptions.set(name, {
      expected,
      answered: [...expected],
      pushesBefore,
      turn: ++this.#turn,
    });
    const { hasHistory, top } = this.#channel(name);
    if (hasHistory) positions.set(name, { offset: top, epoch: subscribe?.epoch ?? "" });
  }

  /** Checks the answer to a subscribe, and returns the data that should have come with it. */
  #expectAnswer(
    name: string,
    position: { offset: number } | undefined,
    result: SubscribeResult,
  ): string[] {
    const { hasHistory, top } = this.#channel(name);
    if (!hasHistory) {
      expect(result).toEqual({});
      return [];
    }
    const kept = this.#channel(name).kept(this.#now);
    const missed = kept.filter(({ offset }) => offset > (position?.offset ?? top));
    const count = top - (position?.offset ?? top);
    const isWhole = missed.length === count && count <= MAX_RECOVER;
    expect(result.recoverable).toBe(true);
    expect(result.recovered ?? false).toBe(position !== undefined && isWhole);
    expect(result.offset ?? 0).toBe(position && isWhole ? position.offset : top);
    const data = isWhole ? missed.map((entry) => entry.data) : [];
    expect((result.publications ?? []).map((entry) => entry.data)).toEqual(data);
    return data;
  }

  async #unsubscribe(index: number, name: string): Promise<void> {
    const { client, subscriptions } = this.#clients[index] as ModelClient;
    if (!client) return;
    expect((await client.ask({ unsubscribe: { channel: name } })).unsubscribe).toEqual({});
    subscriptions.delete(name);
  }

  async #publishBy(index: number, name: string): Promise<void> {
    const { client } = this.#clients[index] as ModelClient;
    if (!client) return;
    const data = String(++this.#published);
    expect((await client.ask({ publish: { channel: name, data } })).publish).toEqual({});
    this.#arrived(name, data, this.#channel(name).publish(data, this.#now), index);
  }

  async #publish(name: string, skipHistory: boolean): Promise<void> {
    const data = String(++this.#published);
    const position = await this.#server.publish(name, data, { skipHistory });
    const offset = skipHistory ? undefined : this.#channel(name).publish(data, this.#now);
    expect(position?.offset).toBe(offset);
    this.#arrived(name, data, offset, undefined);
  }

  #arrived(name: string, data: string, offset: number | undefined, by: number | undefined): void {
    for (const [index, { subscriptions, positions }] of this.#clients.entries()) {
      const subscription = subscriptions.get(name);
      if (!subscription) continue;
      if (by !== index || name.startsWith("h:")) subscription.expected.push(data);
      const position = positions.get(name);
      if (position && offset !== undefined) positions.set(name, { ...position, offset });
    }
  }

  async #remove(name: string): Promise<void> {
    const removing = this.#server.removeHistory(name);
    if (!this.#channel(name).hasHistory) return expect(removing).rejects.toThrow("not available");
    await removing;
    this.#channel(name).entries = [];
  }

  async #advance(duration: number): Promise<void> {
    for (let left = duration; left > 0; left -= 5_000) {
      await this.world.clock.advanceAsync(Math.min(left, 5_000));
      await turns(2);
    }
  }

  async #history(step: Step & { do: "history" }): Promise<void> {
    const { channel: name, limit, since, reverse } = step;
    const { hasHistory, top } = this.#channel(name);
    const asked = this.#server.history(name, {
      limit,
      reverse,
      ...(since !== undefined && { since: { offset: since, epoch: "" } }),
    });
    if (!hasHistory) return expect(asked).rejects.toThrow("not available");
    const { publications, offset } = await asked;
    let entries = this.#channel(name).kept(this.#now);
    if (reverse) entries = entries.toReversed();
    if (since !== undefined) {
      entries = entries.filter((entry) => (reverse ? entry.offset < since : entry.offset > since));
    }
    if (limit >= 0) entries = entries.slice(0, limit);
    expect(offset).toBe(top);
    expect(publications.map((entry) => ({ offset: entry.offset, data: entry.data }))).toEqual(
      entries,
    );
  }

  /** Whether everybody has got what there was, and is where it should be. */
  async #check(): Promise<void> {
    for (const { client, subscriptions } of this.#clients) {
      for (const [name, { expected, answered, pushesBefore }] of subscriptions) {
        const pushed = client?.publications(name).slice(pushesBefore) ?? [];
        expect([...answered, ...pushed.map(({ data }) => data)]).toEqual(expected);
      }
    }
    for (const name of CHANNELS) await this.#checkPresence(name);
  }

  async #checkPresence(name: string): Promise<void> {
    const there = this.#clients.filter(({ subscriptions }) => subscriptions.has(name));
    const presence = await this.#server.presence(name);
    expect([...presence.keys()].sort()).toEqual(there.map(({ id }) => id).sort());
    const users = new Set(Array.from(presence.values(), ({ user }) => user)).size;
    expect(await this.#server.presenceStats(name)).toEqual({ clients: there.length, users });
    // Each was told of itself, and of those who came later and are still there.
    const turnOf = ({ subscriptions }: ModelClient): number => subscriptions.get(name)?.turn ?? 0;
    for (const one of there) {
      const seen = new Set<string>();
      for (const push of one.client?.pushes ?? []) note(seen, push, name, one.id);
      const later = there.filter((other) => turnOf(other) >= turnOf(one));
      expect([...seen].sort()).toEqual(later.map(({ id }) => id).sort());
    }
  }
}

/** Follows joins and leaves from the client's own join on. */
function note(
  seen: Set<string>,
  { channel: of, join, leave }: Push,
  name: string,
  own: string,
): void {
  if (of !== name) return;
  if (join?.info.client === own) seen.clear();
  if (join) seen.add(join.info.client);
  if (leave) seen.delete(leave.info.client);
}

/** Does the steps, and checks after each. */
export async function check(sequence: readonly Step[]): Promise<void> {
  const model = new ChannelsModel();
  try {
    for (const step of sequence) await model.do(step);
    expect(model.world.errors.all).toEqual([]);
  } finally {
    await model.world.end();
  }
}
