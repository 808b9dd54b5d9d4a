/**
 * A client that follows one recoverable channel as an SDK does, through cuts and unsubscriptions, and notices whatever
 * it should not have been told, or told twice, or not told.
 *
 * @module
 */

import type { Publication, Reply, SubscribeResult } from "../../src/channels/protocol/messages.ts";
import type { TestClient } from "./channels.ts";

export class Follower {
  /** What must not have happened. */
  readonly violations: string[] = [];
  /** What it has got, in order. */
  readonly got: Publication[] = [];
  /** How often it was told that it missed something for good, and how much each time (`undefined`: another epoch). */
  readonly resets: (number | undefined)[] = [];
  unsubscribed = 0;
  position: { offset: number; epoch: string } | undefined;
  client: TestClient | undefined;
  readonly #open: () => TestClient;
  readonly #channel: string;
  #state: "offline" | "connecting" | "idle" | "subscribing" | "subscribed" | "leaving" = "offline";

  constructor(open: () => TestClient, channel: string) {
    this.#open = open;
    this.#channel = channel;
  }

  get isSubscribed(): boolean {
    return this.#state === "subscribed";
  }

  get isOffline(): boolean {
    return this.#state === "offline";
  }

  /** Does what is next on the way to being subscribed. */
  proceed(): void {
    if (this.#state === "offline") this.#connect();
    else if (this.#state === "idle") this.#subscribe(this.client as TestClient);
  }

  unsubscribe(): void {
    if (this.#state !== "subscribed") return;
    this.#state = "leaving";
    this.client?.post({ unsubscribe: { channel: this.#channel } });
  }

  cut(): void {
    this.client?.connection.terminate();
  }

  #connect(): void {
    const client = this.#open();
    this.client = client;
    this.#state = "connecting";
    client.onReply = (reply) => {
      if (client === this.client) this.#take(reply);
    };
    void client.connection.closed.then(() => {
      if (client !== this.client) return;
      this.client = undefined;
      this.#state = "offline";
    });
    client.post({ connect: {} });
    this.#subscribe(client);
  }

  #subscribe(client: TestClient): void {
    this.#state = "subscribing";
    const { position } = this;
    const channel = this.#channel;
    client.post({ subscribe: { channel, ...(position && { recover: true, ...position }) } });
  }

  #take(reply: Reply): void {
    if (reply.subscribe) this.#began(reply.subscribe);
    else if (reply.unsubscribe) this.#state = "idle";
    else if (reply.error) this.#state = "idle";
    if (reply.push?.channel !== this.#channel) return;
    const { pub, unsubscribe } = reply.push;
    if (pub) this.#publication(pub);
    if (unsubscribe) {
      this.unsubscribed++;
      if (unsubscribe.code !== 2500) this.#violation(`unsubscribed with ${unsubscribe.code}`);
      if (this.#state === "subscribed") this.#state = "idle";
      else if (this.#state !== "leaving") this.#violation(`unsubscribed while ${this.#state}`);
    }
  }

  #began({ offset = 0, epoch = "", publications = [], ...result }: SubscribeResult): void {
    const before = this.position;
    this.#state = "subscribed";
    if (result.was_recovering !== (before ? true : undefined)) this.#violation("was_recovering");
    if (before && result.recovered) {
      if (before.epoch !== epoch) this.#violation("recovered in another epoch");
      if (before.offset !== offset) this.#violation("recovered from elsewhere");
    } else if (before) {
      this.resets.push(before.epoch === epoch ? offset - before.offset : undefined);
    }
    this.position = { offset, epoch };
    for (const publication of publications) this.#publication(publication);
  }

  #publication(publication: Publication): void {
    const { offset } = publication;
    const state = this.#state;
    if (state !== "subscribed" && state !== "leaving") this.#violation(`got one while ${state}`);
    if (offset !== undefined && this.position) {
      const expected = this.position.offset + 1;
      if (offset !== expected) this.#violation(`got ${offset} instead of ${expected}`);
      this.position = { ...this.position, offset };
    }
    this.got.push(publication);
  }

  #violation(what: string): void {
    this.violations.push(what);
  }
}
