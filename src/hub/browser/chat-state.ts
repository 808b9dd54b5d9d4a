/**
 * What one tab of the chat knows: its name, its rooms, its connection. It changes by what the server says and the person
 * does, and tells who shows it.
 *
 * @module
 */

import { LOBBY } from "../chat/limits.ts";
import type { ProblemMessage, RoomSummary, ServerMessage } from "../chat/protocol.ts";
import { RoomLog } from "./room-log.ts";

/**
 * The connection: `idle` before we have a name, `until` when the next attempt to connect is made, in milliseconds since
 * 1970.
 */
export type Link =
  | { readonly state: "idle" | "connecting" | "online" }
  | { readonly state: "offline"; readonly until: number };

export class ChatState {
  /** Called after each change. */
  onChange: () => void = () => {};
  /** Our name, as the server has it. */
  name = "";
  /** What was wrong with the name that we asked for. */
  nameProblem: string | undefined;
  /** Something to tell the person, once. */
  notice: string | undefined;
  link: Link = { state: "idle" };
  directory: readonly RoomSummary[] = [];
  readonly rooms: Map<string, RoomLog> = new Map();
  current: RoomLog;
  readonly #now: () => number;
  readonly #tab: string;
  #isVisible = true;

  /** `tab` begins the keys of this tab's messages. */
  constructor(tab: string, room: string, now: () => number) {
    this.#tab = tab;
    this.#now = now;
    this.current = this.#room(room);
  }

  get isOnline(): boolean {
    return this.link.state === "online";
  }

  get unread(): number {
    return [...this.rooms.values()].reduce((sum, { unread }) => sum + unread, 0);
  }

  /** Whether a message is from this tab. */
  isOurs(key: string): boolean {
    return key.startsWith(this.#tab);
  }

  set isVisible(isVisible: boolean) {
    this.#isVisible = isVisible;
    if (isVisible) this.current.unread = 0;
    this.onChange();
  }

  /** Shows a room. */
  open(name: string): RoomLog {
    this.current = this.#room(name);
    this.current.unread = 0;
    this.onChange();
    return this.current;
  }

  /** The connection is there or not; without one we are in no room. */
  setLink(link: Link): void {
    this.link = link;
    if (link.state !== "online") for (const room of this.rooms.values()) room.isJoined = false;
    this.onChange();
  }

  /** What the server said. */
  apply(message: ServerMessage): void {
    this.#apply(message);
    this.onChange();
  }

  #apply(message: ServerMessage): void {
    switch (message.type) {
      case "welcome":
        return this.#welcome(message.name);
      case "rooms":
        this.directory = message.rooms;
        return;
      case "joined":
        return this.#joined(message);
      case "left":
        return this.#forget(message.room);
      case "message": {
        const room = this.rooms.get(message.room);
        if (room?.add(message.message) && !this.isOurs(message.message.key)) this.#count(room, 1);
        return;
      }
      case "arrived":
        return this.rooms.get(message.room)?.arrived(message.name, this.#now());
      case "departed":
        return this.rooms.get(message.room)?.departed(message.name, this.#now());
      case "renamed":
        return this.#renamed(message.from, message.to);
      case "problem":
        return this.#problem(message);
      case "pong":
    }
  }

  #welcome(name: string): void {
    if (this.name !== "" && name !== this.name) {
      this.notice = `The name ${this.name} is taken: here you are ${name}.`;
    }
    this.name = name;
    this.nameProblem = undefined;
    this.link = { state: "online" };
  }

  #joined(state: Extract<ServerMessage, { type: "joined" }>): void {
    const room = this.rooms.get(state.room);
    if (room) this.#count(room, room.enter(state, this.#now()));
  }

  #renamed(from: string, to: string): void {
    if (from === this.name) this.name = to;
    for (const room of this.rooms.values()) room.renamed(from, to, this.#now());
  }

  #problem({ problem, message, about = "" }: ProblemMessage): void {
    if (problem === "name") {
      this.nameProblem = message;
      return;
    }
    for (const room of this.rooms.values()) if (room.fail(about, message)) return;
    this.notice = message;
    const room = this.rooms.get(about);
    if (room && !room.isJoined) this.#forget(about);
  }

  /** We are not in that room, or not any more. */
  #forget(name: string): void {
    if (name === this.current.name) {
      const others = [...this.rooms.values()].filter((room) => room.name !== name);
      this.current = others.find(({ isJoined }) => isJoined) ?? this.#room(LOBBY);
      this.current.unread = 0;
    }
    if (this.current.name !== name) this.rooms.delete(name);
  }

  #count(room: RoomLog, messages: number): void {
    if (room !== this.current || !this.#isVisible) room.unread += messages;
  }

  #room(name: string): RoomLog {
    const room = this.rooms.get(name) ?? new RoomLog(name);
    this.rooms.set(name, room);
    return room;
  }
}
