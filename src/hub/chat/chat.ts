/**
 * The chat: who is there under which name, and the rooms. It knows nothing of sockets.
 *
 * @module
 */

import { randomBytes } from "node:crypto";
import { CloseCode } from "../../client/node/index.ts";
import { broadcast } from "./broadcast.ts";
import { ChatProblem, Misbehaviour } from "./errors.ts";
import { formatId, History } from "./history.ts";
import { LOBBY, MAX_HISTORY, MAX_JOINED, MAX_MEMBERS, MAX_PEOPLE, MAX_ROOMS } from "./limits.ts";
import { Member } from "./member.ts";
import type { Port } from "./member.ts";
import type { ChatMessage, RoomSummary } from "./protocol.ts";
import { Room } from "./room.ts";
import { cleanName, cleanRoom, cleanText, nameKey, numberedName } from "./text.ts";

/** A connection of the same tab has taken the place of this one. */
export const REPLACED = 4001;

/** How long changes of the list of rooms are gathered before it is sent to everybody. */
const ANNOUNCE_DELAY = 100;

export class Chat {
  readonly #now: () => number;
  /** Ids of messages begin with it, so that they are not taken for those of an earlier run. */
  readonly #epoch = randomBytes(4).toString("hex");
  readonly #people = new Map<string, Member>();
  readonly #sessions = new Map<string, Member>();
  readonly #rooms = new Map<string, Room>();
  #count = 0;
  #announcement: NodeJS.Timeout | undefined;

  /** `now`: milliseconds since 1970. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  get people(): number {
    return this.#people.size;
  }

  get rooms(): number {
    return this.#rooms.size;
  }

  /**
   * Lets somebody in, under the name they ask for or one like it, and tells them which.
   *
   * @throws ChatProblem for a name that can't be one, Misbehaviour when there is no room for more people.
   */
  enter(wanted: string, session: string, port: Port): Member {
    const name = readName(wanted);
    this.#replace(session);
    if (this.#people.size >= MAX_PEOPLE) {
      throw new Misbehaviour(CloseCode.TryAgainLater, "too many people");
    }
    const member = new Member(this.#freeName(name), session, port);
    this.#people.set(nameKey(member.name), member);
    this.#sessions.set(session, member);
    member.tell({ type: "welcome", name: member.name });
    member.tell({ type: "rooms", rooms: this.#summarize() });
    return member;
  }

  /** Takes somebody out, of every room too. Doing so again changes nothing. */
  exit(member: Member): void {
    if (this.#sessions.get(member.session) !== member) return;
    this.#sessions.delete(member.session);
    this.#people.delete(nameKey(member.name));
    for (const room of member.rooms) this.#remove(member, room);
  }

  rename(member: Member, wanted: string): void {
    const name = readName(wanted);
    const from = member.name;
    this.#people.delete(nameKey(from));
    member.name = this.#freeName(name);
    this.#people.set(nameKey(member.name), member);
    if (member.name === from) return;
    const others = new Set([member]);
    for (const room of member.rooms) for (const other of room.members) others.add(other);
    broadcast(others, { type: "renamed", from, to: member.name });
  }

  /** Brings a member into a room, which there may not have been before, and tells what was said after `after`. */
  join(member: Member, wanted: string, after?: string): void {
    const name = cleanRoom(wanted);
    if (name === undefined) throw new ChatProblem("room", "A room can't be called that.", wanted);
    const room = this.#rooms.get(name) ?? new Room(name, this.#createHistory());
    if (!member.rooms.has(room)) this.#add(member, room);
    member.tell({ type: "joined", ...room.describe(after) });
  }

  leave(member: Member, name: string): void {
    const room = this.#joined(member, name);
    this.#remove(member, room);
    member.tell({ type: "left", room: room.name });
  }

  say(member: Member, name: string, raw: string, key: string): void {
    const room = this.#joined(member, name, key);
    const known = room.history.find(key);
    if (known) {
      // Sent again, because the sender could not know that it had arrived.
      member.tell({ type: "message", room: room.name, message: known });
      return;
    }
    const text = cleanText(raw);
    if (text === undefined) throw new ChatProblem("text", "That is empty, or too long.", key);
    const number = ++this.#count;
    const id = formatId(this.#epoch, number);
    const message: ChatMessage = { id, key, name: member.name, text, time: this.#now() };
    room.history.add(message, number);
    room.tell({ type: "message", room: room.name, message });
  }

  /** Ends what would go on by itself. */
  close(): void {
    clearTimeout(this.#announcement);
  }

  /** The rooms, the largest first; the lobby is there even when nobody is. */
  #summarize(): RoomSummary[] {
    const rooms = [...this.#rooms.values()].map(({ name, size }) => ({
      room: name,
      members: size,
    }));
    if (!this.#rooms.has(LOBBY)) rooms.push({ room: LOBBY, members: 0 });
    return rooms.sort((a, b) => b.members - a.members || (a.room < b.room ? -1 : 1));
  }

  #announce(): void {
    this.#announcement ??= setTimeout(() => {
      this.#announcement = undefined;
      // A slow peer gets only the latest list.
      broadcast(
        this.#people.values(),
        { type: "rooms", rooms: this.#summarize() },
        { key: "rooms" },
      );
    }, ANNOUNCE_DELAY).unref();
  }

  #replace(session: string): void {
    const earlier = this.#sessions.get(session);
    if (!earlier) return;
    this.exit(earlier);
    void earlier.port.close(REPLACED, "replaced by another connection");
  }

  #freeName(name: string): string {
    let free = name;
    for (let number = 2; this.#people.has(nameKey(free)); number++) {
      free = numberedName(name, number);
    }
    return free;
  }

  #createHistory(): History {
    return new History(this.#epoch, this.#count, MAX_HISTORY);
  }

  #add(member: Member, room: Room): void {
    if (member.rooms.size >= MAX_JOINED) {
      const message = `You can be in ${MAX_JOINED} rooms at a time: leave one first.`;
      throw new ChatProblem("full", message, room.name);
    }
    if (room.size >= MAX_MEMBERS) throw new ChatProblem("full", "That room is full.", room.name);
    if (room.size === 0 && this.#rooms.size >= MAX_ROOMS) {
      throw new ChatProblem("full", "There are too many rooms already.", room.name);
    }
    this.#rooms.set(room.name, room);
    room.add(member);
    member.rooms.add(room);
    this.#announce();
  }

  #remove(member: Member, room: Room): void {
    member.rooms.delete(room);
    room.remove(member);
    if (room.size === 0) this.#rooms.delete(room.name);
    this.#announce();
  }

  #joined(member: Member, name: string, about: string = name): Room {
    const room = this.#rooms.get(name);
    if (room && member.rooms.has(room)) return room;
    throw new ChatProblem("room", "You are not in that room.", about);
  }
}

function readName(raw: string): string {
  const name = cleanName(raw);
  if (name === undefined) throw new ChatProblem("name", "A name has 1 to 24 characters.");
  return name;
}
