/**
 * Keeps what a tab knows of a room up to date: who is there, what was said, and what is on its way there.
 *
 * @module
 */

import { ChannelError } from "../../channels/client/index.ts";
import type {
  ChannelsClient,
  Members,
  Publication,
  Subscription,
} from "../../channels/client/index.ts";
import { ClosedError } from "../../client/browser/index.ts";
import { channelOf } from "../chat/protocol.ts";
import type { Say } from "../chat/protocol.ts";
import type { ChatState } from "./chat-state.ts";
import { nameOf, readMessage, readRenamed } from "./read-publication.ts";
import type { RoomLog } from "./room-log.ts";

/** Errors that the server ends a subscription with, and not the answer to a question. */
const ENDED = 2000;

export class RoomFollower {
  readonly #client: ChannelsClient;
  readonly #state: ChatState;
  readonly #room: RoomLog;
  readonly #subscription: Subscription;
  /** Names that are newer than what presence has, by clients. */
  readonly #names = new Map<string, string>();
  /** The messages that the server has been given, and has not answered about. */
  readonly #underWay = new Set<string>();
  /** Of the history that the messages are from. */
  #epoch = "";
  /** The offset of the last message. */
  #offset = 0;
  /** Whether all is there that was said, as far as it is kept. */
  #isReady = false;

  constructor(client: ChannelsClient, state: ChatState, room: RoomLog) {
    this.#client = client;
    this.#state = state;
    this.#room = room;
    this.#subscription = client.subscribe(channelOf(room.name), { presence: true });
  }

  /** Resolves when we are not in the room any more: with why, if it was not our wish. */
  async run(): Promise<string | undefined> {
    void this.#followMembers();
    try {
      await this.#subscription.ready();
      await this.#load("before");
      for await (const item of this.#subscription) {
        if (item.type === "publication") this.#accept(item);
        else await this.#load("since");
      }
    } catch (error) {
      if (this.#client.status.state !== "closed" && error instanceof ChannelError) {
        return explain(error);
      }
    }
    return undefined;
  }

  leave(): void {
    void this.#subscription.unsubscribe();
  }

  /** Sends a message that is pending. One that the server has already it knows by its key. */
  async send({ key, text }: Required<Say>): Promise<void> {
    if (this.#underWay.has(key)) return;
    this.#underWay.add(key);
    const say: Say = { text, key };
    try {
      await this.#subscription.publish(say);
      this.#room.taken(key);
    } catch (error) {
      // (When the connection broke it is sent again once we are back.)
      if (!(error instanceof ClosedError)) this.#room.fail(key, (error as Error).message);
    } finally {
      this.#underWay.delete(key);
      this.#state.onChange();
    }
  }

  // ---- what was said

  /** Gets what is kept: on arrival, and after something was missed. */
  async #load(when: "before" | "since"): Promise<void> {
    this.#isReady = false;
    const { publications, epoch, offset } = await this.#history();
    if (when === "since") this.#room.missed(this.#state.now);
    this.#epoch = epoch;
    this.#offset = offset;
    const place = { epoch, now: this.#state.now };
    const messages = publications.map((publication) => readMessage(publication, place));
    this.#state.said(this.#room, messages, when);
    this.#isReady = true;
    this.#show(this.#subscription.presence);
  }

  async #history(): ReturnType<Subscription["history"]> {
    for (;;) {
      try {
        return await this.#subscription.history();
      } catch (error) {
        if (error instanceof ChannelError) throw error;
        await this.#client.connected();
      }
    }
  }

  #accept(publication: Publication): void {
    const { offset } = publication;
    const renamed = readRenamed(publication);
    if (renamed) {
      this.#names.set(renamed.client, renamed.to);
      this.#state.renamed(this.#room, renamed.from, renamed.to);
    } else if (offset === undefined || offset > this.#offset) {
      this.#offset = offset ?? this.#offset;
      const message = readMessage(publication, { epoch: this.#epoch, now: this.#state.now });
      this.#state.said(this.#room, [message], "since");
    }
  }

  // ---- who is there

  async #followMembers(): Promise<void> {
    for await (const members of this.#subscription.presence.changes()) this.#show(members);
  }

  #show(members: Members): void {
    if (this.#subscription.state !== "subscribed") return;
    const wasJoined = this.#room.isJoined;
    for (const client of this.#names.keys()) if (!members.has(client)) this.#names.delete(client);
    const names = Array.from(members, ([client, info]) => this.#names.get(client) ?? nameOf(info));
    this.#state.setMembers(this.#room, [...new Set(names)], this.#isReady);
    // (What was missed is read first: a message of ours may be among it.)
    if (!wasJoined && this.#room.isJoined) setTimeout(() => this.#sendAgain());
  }

  /** What was on its way when the connection broke may have arrived or not. */
  #sendAgain(): void {
    if (!this.#isReady) return;
    for (const { key, text, problem, isTaken } of this.#room.pending) {
      if (problem === undefined && !isTaken) void this.send({ key, text });
    }
  }
}

function explain({ errorCode, message }: ChannelError): string {
  return errorCode < ENDED ? message : "The server has taken you out of the room.";
}
