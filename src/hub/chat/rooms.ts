/**
 * The rooms: who is in them, and which have a history that is kept although nobody is.
 *
 * @module
 */

import type { Guest } from "./guest.ts";
import { HISTORY_TTL, LOBBY, MAX_JOINED, MAX_MEMBERS, MAX_ROOMS } from "./limits.ts";
import { full } from "./problems.ts";
import type { RoomSummary } from "./protocol.ts";

interface Room {
  readonly name: string;
  readonly members: Set<Guest>;
  /** When somebody was there last, or something was said. */
  lastUsed: number;
}

/** What is done about rooms elsewhere. */
export interface RoomsOwner {
  /** Who is in the rooms has changed. */
  changed(): void;
  /** There is no such room any more: nothing of it is to be kept. */
  gone(room: string): void;
}

export class Rooms {
  readonly #owner: RoomsOwner;
  readonly #now: () => number;
  readonly #rooms = new Map<string, Room>();

  /** `now`: milliseconds since 1970. */
  constructor(owner: RoomsOwner, now: () => number) {
    this.#owner = owner;
    this.#now = now;
    this.#rooms.set(LOBBY, createRoom(LOBBY));
  }

  /** How many there are that somebody is in. */
  get size(): number {
    return this.#occupied().length;
  }

  /** The rooms that somebody is in, the largest first; the lobby is there even when nobody is. */
  get summary(): RoomSummary[] {
    const rooms = this.#occupied().map(({ name, members }) => ({
      room: name,
      members: members.size,
    }));
    if (!rooms.some(({ room }) => room === LOBBY)) rooms.push({ room: LOBBY, members: 0 });
    return rooms.sort((a, b) => b.members - a.members || (a.room < b.room ? -1 : 1));
  }

  /** Whether something can be said there. */
  has(name: string): boolean {
    return this.#rooms.has(name);
  }

  /** The names of the rooms that somebody is in. */
  of(guest: Guest): string[] {
    const rooms = this.#occupied().filter(({ members }) => members.has(guest));
    return rooms.map(({ name }) => name);
  }

  /** @throws ChannelError when there are too many: rooms of the guest's, people in the room, or rooms. */
  enter(guest: Guest, name: string): void {
    const room = this.#rooms.get(name);
    if (room?.members.has(guest)) return;
    if (this.of(guest).length >= MAX_JOINED) {
      throw full(`You can be in ${MAX_JOINED} rooms at a time: leave one first.`);
    }
    if (room && room.members.size >= MAX_MEMBERS) throw full("That room is full.");
    (room ?? this.#make(name)).members.add(guest);
    this.#owner.changed();
  }

  leave(guest: Guest, name: string): void {
    if (!this.#rooms.get(name)?.members.delete(guest)) return;
    this.touch(name);
    this.#owner.changed();
  }

  leaveAll(guest: Guest): void {
    for (const name of this.of(guest)) this.leave(guest, name);
  }

  /** Something happens there: what is kept of it counts from now. */
  touch(name: string): void {
    const room = this.#rooms.get(name);
    if (room) room.lastUsed = this.#now();
  }

  #occupied(): Room[] {
    return [...this.#rooms.values()].filter(({ members }) => members.size > 0);
  }

  #make(name: string): Room {
    this.#prune();
    const room = createRoom(name);
    this.#rooms.set(name, room);
    return room;
  }

  /** Forgets rooms that have no history any more; and the oldest of those that nobody is in, where there are too many. */
  #prune(): void {
    const empty = [...this.#rooms.values()]
      .filter(({ name, members }) => members.size === 0 && name !== LOBBY)
      .sort((a, b) => a.lastUsed - b.lastUsed);
    for (const { name, lastUsed } of empty) {
      const isOver = lastUsed + HISTORY_TTL < this.#now();
      if (!isOver && this.#rooms.size < MAX_ROOMS) break;
      this.#rooms.delete(name);
      this.#owner.gone(name);
    }
    if (this.#rooms.size >= MAX_ROOMS) throw full("There are too many rooms already.");
  }
}

function createRoom(name: string): Room {
  return { name, members: new Set(), lastUsed: -Infinity };
}
