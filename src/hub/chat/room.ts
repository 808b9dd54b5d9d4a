/**
 * A room: who is in it, and what was said.
 *
 * @module
 */

import { broadcast } from "./broadcast.ts";
import type { History } from "./history.ts";
import type { Member } from "./member.ts";
import type { RoomState, ServerMessage } from "./protocol.ts";

export class Room {
  readonly name: string;
  readonly history: History;
  readonly #members = new Set<Member>();

  constructor(name: string, history: History) {
    this.name = name;
    this.history = history;
  }

  get size(): number {
    return this.#members.size;
  }

  get members(): ReadonlySet<Member> {
    return this.#members;
  }

  add(member: Member): void {
    this.tell({ type: "arrived", room: this.name, name: member.name });
    this.#members.add(member);
  }

  remove(member: Member): void {
    this.#members.delete(member);
    this.tell({ type: "departed", room: this.name, name: member.name });
  }

  tell(message: ServerMessage): void {
    broadcast(this.#members, message);
  }

  /** What a member gets who comes, or comes back with messages up to `after`. */
  describe(after: string | undefined): RoomState {
    const members = [...this.#members].map(({ name }) => name);
    return { room: this.name, members, ...this.history.since(after) };
  }
}
