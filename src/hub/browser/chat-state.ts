/**
 * What one tab of the chat knows: its name, its rooms, its connection. It changes by what the server says and the person
 * does, and tells who shows it.
 *
 * @module
 */

import { LOBBY } from "../chat/limits.ts";
import type { RoomSummary, Welcome } from "../chat/protocol.ts";
import type { ChatMessage } from "./read-publication.ts";
import { RoomLog } from "./room-log.ts";

/**
 * The connection: `idle` before we have a name, `until` when the next attempt to connect is made, in milliseconds since
 * 1970. `closed`: the server does not want us back.
 */
export type Link =
  | { readonly state: "idle" | "connecting" | "online" | "closed" }
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

  /** `tab` begins the keys of this tab's messages. `now`: milliseconds since 1970. */
  constructor(tab: string, room: string, now: () => number) {
    this.#tab = tab;
    this.#now = now;
    this.current = this.#room(room);
  }

  get now(): number {
    return this.#now();
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

  /** The server has let us in. */
  welcome({ name, rooms }: Welcome): void {
    if (this.name !== "" && name !== this.name) {
      this.notice = `The name ${this.name} is taken: here you are ${name}.`;
    }
    this.name = name;
    this.nameProblem = undefined;
    this.directory = rooms;
    this.setLink({ state: "online" });
  }

  setName(name: string): void {
    this.name = name;
    this.onChange();
  }

  setDirectory(rooms: readonly RoomSummary[]): void {
    this.directory = rooms;
    this.onChange();
  }

  /** These are in a room that we are in, for which `isReady` says whether we have what was said there. */
  setMembers(room: RoomLog, members: readonly string[], isReady: boolean): void {
    if (room.isJoined) room.update(members, this.now);
    else if (isReady) room.enter(members);
    this.onChange();
  }

  /** Something was said in a room: before we came there, or since. */
  said(room: RoomLog, messages: readonly ChatMessage[], when: "before" | "since"): void {
    const added = messages.filter((message) => room.add(message));
    if (when === "since") this.#count(room, added);
    this.onChange();
  }

  renamed(room: RoomLog, from: string, to: string): void {
    room.renamed(from, to, this.now);
    this.onChange();
  }

  /** A name can't be had. */
  refuseName(problem: string): void {
    this.nameProblem = problem;
    this.onChange();
  }

  /** We can't be in a room, or not any more. */
  refuseRoom(name: string, problem: string): void {
    this.notice = problem;
    this.forget(name);
  }

  /** We are not in that room, or not any more. */
  forget(name: string): void {
    const room = this.rooms.get(name);
    if (room) room.isJoined = false;
    if (name === this.current.name) {
      const others = [...this.rooms.values()].filter((other) => other.name !== name);
      this.current = others.find(({ isJoined }) => isJoined) ?? this.#room(LOBBY);
      this.current.unread = 0;
    }
    if (this.current.name !== name) this.rooms.delete(name);
    this.onChange();
  }

  #count(room: RoomLog, messages: readonly ChatMessage[]): void {
    if (room === this.current && this.#isVisible) return;
    room.unread += messages.filter(({ key }) => !this.isOurs(key)).length;
  }

  #room(name: string): RoomLog {
    const room = this.rooms.get(name) ?? new RoomLog(name);
    this.rooms.set(name, room);
    return room;
  }
}
