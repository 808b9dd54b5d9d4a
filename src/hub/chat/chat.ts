/**
 * The chat: what may be done in the namespaces `chat` and `hub`, by whom. What is said and who is where is a matter of the
 * channels; it knows nothing of sockets.
 *
 * @module
 */

import { DisconnectError } from "../../channels/server/index.ts";
import type {
  Channels,
  ChannelsEvent,
  ConnectEvent,
  Data,
  Hooks,
  Identity,
  NamespaceOptions,
  PublishEvent,
  PublishGrant,
  RpcEvent,
  SubscribeEvent,
  SubscribeGrant,
} from "../../channels/server/index.ts";
import { Guest } from "./guest.ts";
import { Guests } from "./guests.ts";
import { GUEST, HISTORY_SIZE, HISTORY_TTL } from "./limits.ts";
import { tooFast, unsuitable } from "./problems.ts";
import { CHAT, channelOf, DIRECTORY, roomOf, Rpc } from "./protocol.ts";
import type { Person, Renamed, Said, Welcome } from "./protocol.ts";
import { readHello, readRename, readSay } from "./read.ts";
import { Rooms } from "./rooms.ts";
import { cleanRoom } from "./text.ts";

/** What the chat does with channels. */
export type ChatChannels = Pick<Channels, "publish" | "refresh" | "disconnect" | "removeHistory">;

/** The client goes on too fast although it was told. */
const TOO_MANY_REQUESTS = 3013;

/** How long changes of the list of rooms are gathered before it is sent to everybody. */
const ANNOUNCE_DELAY = 100;

export class Chat {
  readonly namespaces: Readonly<Record<string, NamespaceOptions>> = {
    [CHAT]: {
      history: { size: HISTORY_SIZE, ttl: HISTORY_TTL },
      presence: true,
      joinLeave: true,
      // (Whether somebody may subscribe and publish is what the hooks say.)
      access: { history: "subscribers", presence: "subscribers" },
    },
    // A slow client gets only the latest list.
    hub: { slow: "conflate" },
  };
  readonly hooks: Hooks = {
    connect: (event) => this.#connect(event),
    subscribe: (event) => this.#subscribe(event),
    publish: (event) => this.#publish(event),
    rpc: (event) => this.#rpc(event),
  };
  readonly #now: () => number;
  readonly #guests = new Guests();
  readonly #rooms: Rooms;
  #channels: ChatChannels | undefined;
  #announcement: NodeJS.Timeout | undefined;

  /** `now`: milliseconds since 1970. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
    const changed = (): void => this.#announce();
    const gone = (room: string): void =>
      this.#do((channels) => channels.removeHistory(channelOf(room)));
    this.#rooms = new Rooms({ changed, gone }, now);
  }

  /** The channels that it is the chat of, once they are there. */
  attach(channels: ChatChannels): void {
    this.#channels = channels;
  }

  get people(): number {
    return this.#guests.size;
  }

  get rooms(): number {
    return this.#rooms.size;
  }

  /** Hears what happens in the channels. */
  readonly onEvent = (event: ChannelsEvent): void => {
    if (event.type !== "disconnect" && event.type !== "unsubscribe") return;
    const guest = this.#guests.find(event.client);
    if (!guest) return;
    if (event.type === "disconnect") return this.#forget(guest);
    const room = roomOf(event.channel);
    if (room !== undefined) this.#rooms.leave(guest, room);
  };

  /** Ends what would go on by itself. */
  close(): void {
    clearTimeout(this.#announcement);
  }

  /** Whoever brings no token is somebody of the chat: under the name that they want, or as a guest. */
  #connect({ client, token, data }: ConnectEvent): Identity | undefined {
    if (token !== "") return undefined;
    const { name: wanted, session } = readHello(data);
    // (Who could not be let in may try again over the same connection.)
    const failed = this.#guests.find(client);
    if (failed) this.#forget(failed);
    this.#replace(session);
    const guest = new Guest(client, this.#now, session);
    this.#guests.add(guest);
    const name = this.#guests.name(guest, wanted ?? GUEST);
    const welcome: Welcome = { name, rooms: this.#rooms.summary };
    return {
      user: "",
      info: personText(name),
      data: JSON.stringify(welcome),
      subscriptions: new Map([[DIRECTORY, {}]]),
    };
  }

  #subscribe({ client, channel }: SubscribeEvent): SubscribeGrant | undefined {
    const room = roomOf(channel);
    if (room === undefined) return undefined;
    const guest = this.#guest(client);
    this.#count(guest);
    if (cleanRoom(room) !== room) throw unsuitable("A room can't be called that.");
    this.#rooms.enter(guest, room);
    return {};
  }

  #publish({ client, channel, data }: PublishEvent): PublishGrant | undefined {
    const room = roomOf(channel);
    if (room === undefined) return undefined;
    this.#count(this.#guest(client));
    if (!this.#rooms.has(room)) throw unsuitable("There is no such room.");
    const { text, key } = readSay(data);
    this.#rooms.touch(room);
    const said: Said = { text, ...(key !== undefined && { key }), time: this.#now() };
    return { data: JSON.stringify(said), idempotencyKey: key };
  }

  #rpc({ client, method, data }: RpcEvent): Data | undefined {
    const guest = this.#guest(client);
    this.#count(guest);
    if (method === Rpc.Rename) return personText(this.#rename(guest, readRename(data)));
    if (method === Rpc.Ping) return undefined;
    throw unsuitable("There is no such method.");
  }

  #rename(guest: Guest, wanted: string): string {
    const { client, name: from } = guest;
    if (from === undefined) throw unsuitable("Your token says what you are called.");
    const to = this.#guests.name(guest, wanted);
    if (to === from) return to;
    this.#do((channels) => channels.refresh({ client }, { info: personText(to) }));
    const notice: Renamed = { renamed: { client, from, to } };
    for (const room of this.#rooms.of(guest)) {
      this.#do((channels) =>
        channels.publish(channelOf(room), JSON.stringify(notice), { skipHistory: true }),
      );
    }
    return to;
  }

  /** Somebody with a token is not known before they do something here. */
  #guest(client: string): Guest {
    const known = this.#guests.find(client);
    if (known) return known;
    const guest = new Guest(client, this.#now);
    this.#guests.add(guest);
    return guest;
  }

  /** @throws ChannelError or DisconnectError for who is too fast. */
  #count({ rate }: Guest): void {
    const verdict = rate.take();
    if (verdict === "stop") throw new DisconnectError(TOO_MANY_REQUESTS, "too many requests");
    if (verdict === "slower") throw tooFast();
  }

  #replace(session: string | undefined): void {
    const earlier = this.#guests.ofSession(session);
    if (!earlier) return;
    this.#forget(earlier);
    const { client } = earlier;
    this.#do((channels) =>
      channels.disconnect({ client }, { reason: "replaced by another connection" }),
    );
  }

  #forget(guest: Guest): void {
    this.#rooms.leaveAll(guest);
    this.#guests.delete(guest);
  }

  #announce(): void {
    this.#announcement ??= setTimeout(() => {
      this.#announcement = undefined;
      this.#do((channels) => channels.publish(DIRECTORY, JSON.stringify(this.#rooms.summary)));
    }, ANNOUNCE_DELAY).unref();
  }

  /** Nobody waits for it. It fails only when the channels are closed, which say themselves what is wrong with them. */
  #do(action: (channels: ChatChannels) => Promise<unknown>): void {
    if (this.#channels) action(this.#channels).catch(() => {});
  }
}

function personText(name: string): string {
  const person: Person = { name };
  return JSON.stringify(person);
}
