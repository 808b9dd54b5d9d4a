/**
 * What one tab knows of one room: what was said, who is there, what is on its way.
 *
 * @module
 */

import type { ChatMessage } from "./read-publication.ts";

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
  /** The server has it: it comes back among the messages, unless it was lost there. */
  readonly isTaken?: true;
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
  /** Whether we are in the room, and have what was said there. */
  isJoined = false;
  #lines: Line[] = [];
  #pending: Pending[] = [];
  #members: readonly string[] = [];
  /** The keys of the messages among the lines. */
  readonly #keys = new Set<string>();
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

  /** We are in the room, for the first time or again. */
  enter(members: readonly string[]): void {
    for (const name of this.#members) if (!members.includes(name)) this.#away.add(name);
    this.isJoined = true;
    this.#members = members.toSorted(byName);
  }

  /** Something was said that we can't be told any more. What was taken and has not come back is lost. */
  missed(now: number): void {
    this.#note("Connected again. Messages from in between may be missing.", now);
    this.#pending = this.#pending.filter(({ isTaken }) => !isTaken);
  }

  /** Returns whether the message is new. */
  add(message: ChatMessage): boolean {
    this.#pending = this.#pending.filter(({ key }) => key !== message.key);
    if (this.#keys.has(message.key)) return false;
    this.#keys.add(message.key);
    this.#push({ kind: "message", message });
    return true;
  }

  /** These are here now: who came and who left since we last knew is told. */
  update(members: readonly string[], now: number): void {
    const before = this.#members;
    this.#members = members.toSorted(byName);
    for (const name of before) if (!members.includes(name)) this.#note(`${name} has left`, now);
    for (const name of this.#members) {
      if (before.includes(name)) continue;
      if (!this.#away.delete(name)) this.#note(`${name} is here`, now);
    }
  }

  renamed(from: string, to: string, now: number): void {
    if (!this.#members.includes(from)) return;
    this.#members = this.#members.map((name) => (name === from ? to : name)).toSorted(byName);
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

  taken(key: string): void {
    this.#replace(key, (pending) => ({ ...pending, isTaken: true }));
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
