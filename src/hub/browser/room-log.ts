/**
 * What one tab knows of one room: what was said, who is there, what is on its way.
 *
 * @module
 */

import type { ChatMessage, RoomState } from "../chat/protocol.ts";

/** Something in a room that was said, or that happened. */
export type Line =
  | { readonly kind: "message"; readonly message: ChatMessage }
  | { readonly kind: "note"; readonly text: string; readonly time: number };

/** A message of ours that has not come back from the server yet. */
export interface Pending {
  readonly key: string;
  readonly text: string;
  /** Why it was not taken. */
  readonly problem?: string;
}

/** How many lines are kept, and how many more there may be before the oldest go. */
const MAX_LINES = 500;
const SLACK = 100;

export class RoomLog {
  readonly name: string;
  /** What is being typed. */
  draft = "";
  /** How many messages came while nobody was looking. */
  unread = 0;
  /** Whether the server has let us in since the connection was made. */
  isJoined = false;
  #lines: Line[] = [];
  #pending: Pending[] = [];
  #members: string[] = [];
  /** The keys of the messages among the lines. */
  readonly #keys = new Set<string>();
  #lastId: string | undefined;
  #hasEntered = false;
  /** Who was here when the connection broke, and has not come back yet. */
  readonly #away = new Set<string>();

  constructor(name: string) {
    this.name = name;
  }

  get lines(): readonly Line[] {
    return this.#lines;
  }

  get pending(): readonly Pending[] {
    return this.#pending;
  }

  get members(): readonly string[] {
    return this.#members;
  }

  /** The last message that came, for asking for those after it. */
  get lastId(): string | undefined {
    return this.#lastId;
  }

  /** The server has let us in. Returns how many messages came since we were here last; none when we never were. */
  enter(state: RoomState, now: number): number {
    const isBack = this.#hasEntered;
    if (isBack && !state.complete) {
      this.#note("Connected again. Messages from in between may be missing.", now);
    }
    for (const name of this.#members) if (!state.members.includes(name)) this.#away.add(name);
    this.isJoined = this.#hasEntered = true;
    this.#members = [...state.members].sort(byName);
    const added = state.messages.filter((message) => this.add(message));
    return isBack ? added.length : 0;
  }

  /** Returns whether the message is new. */
  add(message: ChatMessage): boolean {
    this.#pending = this.#pending.filter(({ key }) => key !== message.key);
    if (this.#keys.has(message.key)) return false;
    this.#keys.add(message.key);
    this.#lastId = message.id;
    this.#push({ kind: "message", message });
    return true;
  }

  arrived(name: string, now: number): void {
    if (this.#members.includes(name)) return;
    this.#members = [...this.#members, name].sort(byName);
    if (!this.#away.delete(name)) this.#note(`${name} is here`, now);
  }

  departed(name: string, now: number): void {
    if (!this.#members.includes(name)) return;
    this.#members = this.#members.filter((other) => other !== name);
    this.#note(`${name} has left`, now);
  }

  renamed(from: string, to: string, now: number): void {
    if (!this.#members.includes(from)) return;
    this.#members = this.#members.map((name) => (name === from ? to : name)).sort(byName);
    this.#note(`${from} is now ${to}`, now);
  }

  /** A message of ours is on its way. */
  send(key: string, text: string): void {
    this.#pending = [...this.#pending, { key, text }];
  }

  /** Returns whether there is such a message on its way. */
  fail(key: string, problem: string): boolean {
    return this.#replace(key, (pending) => ({ ...pending, problem }));
  }

  /** A message that had failed is on its way again. */
  retry(key: string): boolean {
    return this.#replace(key, ({ text }) => ({ key, text }));
  }

  #replace(key: string, change: (pending: Pending) => Pending): boolean {
    const isThere = this.#pending.some((pending) => pending.key === key);
    this.#pending = this.#pending.map((one) => (one.key === key ? change(one) : one));
    return isThere;
  }

  #note(text: string, time: number): void {
    this.#push({ kind: "note", text, time });
  }

  #push(line: Line): void {
    this.#lines.push(line);
    if (this.#lines.length <= MAX_LINES + SLACK) return;
    for (const old of this.#lines.splice(0, SLACK)) {
      if (old.kind === "message") this.#keys.delete(old.message.key);
    }
  }
}

/** As people sort names, whatever their case. */
export function byName(a: string, b: string): number {
  return a.localeCompare(b, undefined, { sensitivity: "base" });
}
