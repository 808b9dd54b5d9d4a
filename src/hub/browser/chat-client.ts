/**
 * The tab's side of the chat: enters, follows its rooms, and sends what the person does. Coming back after the connection
 * broke is a matter of the channels.
 *
 * @module
 */

import { ChannelError, channelsClient } from "../../channels/client/index.ts";
import type { ChannelsClient, ChannelsClientOptions, Open } from "../../channels/client/index.ts";
import { TimeoutError } from "../../client/browser/index.ts";
import type { Connection } from "../../client/browser/index.ts";
import { DIRECTORY, Rpc } from "../chat/protocol.ts";
import type { Hello, Person, RoomSummary, Welcome } from "../chat/protocol.ts";
import type { ChatState } from "./chat-state.ts";
import { RoomFollower } from "./room-follower.ts";
import type { RoomLog } from "./room-log.ts";
import { createToken } from "./token.ts";

/** Somebody is waiting: the pauses between attempts stay short. */
const MAX_DELAY = 5000;

/** How long the server may take to say that it is there, when there is reason to doubt. */
const PATIENCE = 10_000;

export class ChatClient {
  readonly #state: ChatState;
  readonly #tab: string;
  readonly #open: Open;
  /** A secret between this page and the server, by which the server knows a connection that takes another's place. */
  readonly #session = createToken();
  readonly #followers = new Map<string, RoomFollower>();
  #client: ChannelsClient | undefined;
  #connection: Connection | undefined;

  /** `tab` as for the state; `open` opens a connection to the server. */
  constructor(state: ChatState, tab: string, open: Open) {
    this.#state = state;
    this.#tab = tab;
    this.#open = open;
  }

  /** Enters under the name in the state, and stays. */
  start(): void {
    const client = channelsClient(async (context) => {
      this.#connection = await this.#open(context);
      return this.#connection;
    }, this.#options());
    this.#client = client;
    void this.#followStatus(client);
    void this.#followDirectory(client);
    for (const room of this.#state.rooms.values()) this.#follow(room);
  }

  /** Resolves when nothing goes on any more. */
  async close(): Promise<void> {
    await this.#client?.close();
  }

  /** There is reason to doubt the connection. */
  check(): void {
    const connection = this.#connection;
    if (this.#client?.status.state !== "connected") return;
    this.#client.rpc(Rpc.Ping, undefined, { timeout: PATIENCE }).catch((error: unknown) => {
      if (error instanceof TimeoutError) connection?.terminate();
    });
  }

  openRoom(name: string): void {
    this.#follow(this.#state.open(name));
  }

  leaveRoom(name: string): void {
    this.#followers.get(name)?.leave();
  }

  rename(name: string): void {
    if (this.#client?.status.state === "connected") void this.#rename(this.#client, name);
    else {
      this.#state.setName(name);
      if (this.#client?.status.state === "closed") this.start();
    }
  }

  /** Says something in the current room. Returns whether it could be sent. */
  say(text: string): boolean {
    const room = this.#state.current;
    if (!room.isJoined) return false;
    const key = `${this.#tab}${createToken()}`;
    room.send(key, text);
    this.#send(room, key);
    return true;
  }

  /** Sends a message again that the server had not taken. */
  retry(key: string): void {
    for (const room of this.#state.rooms.values()) {
      if (room.isJoined && room.retry(key)) this.#send(room, key);
    }
  }

  #send(room: RoomLog, key: string): void {
    const text = room.pending.find((one) => one.key === key)?.text ?? "";
    this.#state.onChange();
    void this.#followers.get(room.name)?.send({ key, text });
  }

  /** What is said of us is read at each connect: the name may be another one by then. */
  #options(): ChannelsClientOptions {
    const getData = (): Hello => ({ name: this.#state.name, session: this.#session });
    return { maxDelay: MAX_DELAY, getData };
  }

  async #followStatus(client: ChannelsClient): Promise<void> {
    const state = this.#state;
    for await (const status of client.statuses()) {
      if (status.state === "connected") state.welcome(status.data as Welcome);
      else if (status.state === "connecting" && status.delay !== undefined) {
        state.setLink({ state: "offline", until: Date.now() + status.delay });
      }
    }
    const error = await client.closed;
    state.setLink({ state: "closed" });
    if (error instanceof ChannelError) state.refuseName(error.message);
  }

  async #followDirectory(client: ChannelsClient): Promise<void> {
    const options = { server: true, gaps: "ignore" } as const;
    const directory = client.subscribe<readonly RoomSummary[]>(DIRECTORY, options);
    try {
      for await (const { data } of directory) this.#state.setDirectory(data);
    } catch {
      // It ends with the client.
    }
  }

  #follow(room: RoomLog): void {
    const client = this.#client;
    if (!client || client.status.state === "closed" || this.#followers.has(room.name)) return;
    const follower = new RoomFollower(client, this.#state, room);
    this.#followers.set(room.name, follower);
    void follower.run().then((problem) => this.#left(client, room, problem));
  }

  #left(client: ChannelsClient, { name }: RoomLog, problem: string | undefined): void {
    this.#followers.delete(name);
    // (A client that is closed may be followed by another one, in the same rooms.)
    if (client.status.state === "closed") return;
    if (problem === undefined) this.#state.forget(name);
    else this.#state.refuseRoom(name, problem);
    // The room that is shown instead may be one that we are not in.
    const { current } = this.#state;
    if (current.name !== name) this.#follow(current);
  }

  async #rename(client: ChannelsClient, name: string): Promise<void> {
    try {
      const person = await client.rpc<Person>(Rpc.Rename, { name });
      this.#state.setName(person.name);
    } catch (error) {
      // (When the connection broke, it is what we ask for at the next one.)
      if (error instanceof ChannelError) this.#state.refuseName(error.message);
      else this.#state.setName(name);
    }
  }
}
