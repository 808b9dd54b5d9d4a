/**
 * Which methods a client has called, and what came of them: a client that lost its connection calls those again whose results
 * it hasn't got, and none may run twice.
 *
 * A ledger outlives the session when that can't be gone on with: the client's next one goes on with it.
 *
 * @module
 */

import { Deferred } from "../../../util/deferred.ts";

/** What all ledgers of a server keep together. */
export class LedgerBudget {
  /** Bytes, those of text counted in UTF-16 units. */
  bytes = 0;
  /** How many results were forgotten because there was no room. */
  dropped = 0;
}

/** How many methods a ledger knows, at most. */
const MAX_ENTRIES = 1_000;
/** How much it keeps of results. */
const MAX_BYTES = 1024 * 1024;
/** How much all keep together. */
const MAX_TOTAL = 64 * 1024 * 1024;

/** For how many more connections a call is known which its client hasn't sent again by that which brought the answer. */
const MAX_OWED = 2;

/** A call of a method. */
export class LedgerEntry {
  readonly id: string;
  /** By which of the client's connections it came first, … */
  readonly begun: number;
  /** … and last. */
  arrival: number;
  /** The token of the session that answers. (Not the session: it would be kept for as long as this.) */
  owner: string;
  state: "waiting" | "running" | "done" = "waiting";
  /** It has logged somebody in, or out: what it did is gone with its session. */
  isOfSession = false;
  /** The `result`, once it is done, and as long as there is room for it. */
  result: string | undefined;
  /** The `result` that was sent before what the method has written is there, until that is. */
  early: string | undefined;
  /** The number of the message with the result, once that was sent in the present session. */
  resultAt: number | undefined;
  /** The number of the last message that answers it, once that was sent. */
  answered: number | undefined;
  #isUnblocked = false;
  #unblocked: Deferred<void> | undefined;
  #done: Deferred<void> | undefined;

  constructor(id: string, arrival: number, owner: string) {
    this.id = id;
    this.begun = arrival;
    this.arrival = arrival;
    this.owner = owner;
  }

  /** The client's next message may begin. */
  unblock(): void {
    this.#isUnblocked = true;
    this.#unblocked?.resolve();
  }

  async whenUnblocked(): Promise<void> {
    if (!this.#isUnblocked) await (this.#unblocked ??= new Deferred()).promise;
  }

  /** It has run, and what it wrote is on its way. */
  finish(): void {
    this.state = "done";
    this.early = undefined;
    this.unblock();
    this.#done?.resolve();
  }

  async whenDone(): Promise<void> {
    if (this.state !== "done") await (this.#done ??= new Deferred()).promise;
  }
}

/** The calls that a ledger knows. */
class Calls {
  readonly byId = new Map<string, LedgerEntry>();
  /** Those that have run, in the order of that. */
  readonly done = new Set<LedgerEntry>();
  /** Those that were answered in the session that is there now, in the order of that. */
  readonly answered = new Set<LedgerEntry>();
}

export class MethodLedger {
  readonly #budget: LedgerBudget;
  /** Made with the first call: many clients call nothing. */
  #calls: Calls | undefined;
  #bytes = 0;
  #holders = 0;
  /** The number of the client's connection. */
  #arrival = 0;
  /** The number of the last answer to a call that came by this connection first. */
  #lastAnswer = 0;
  /** The client's session, while there is one. */
  #owner: LedgerOwner | undefined;
  /** The token of the client's last session. */
  #token = "";

  constructor(budget: LedgerBudget) {
    this.#budget = budget;
  }

  /** How many calls it knows. */
  get size(): number {
    return this.#calls?.byId.size ?? 0;
  }

  /** Whether that is the token of the session that its numbers are of. */
  isOf(token: string): boolean {
    return this.#token === token;
  }

  /** A new session goes on with it, which ends the one before: the client may never have heard of that. There nothing is answered yet. */
  pass(owner: LedgerOwner): void {
    this.#owner?.supersede();
    this.#owner = owner;
    this.#token = owner.token;
    for (const entry of this.#calls?.answered ?? []) entry.answered = undefined;
    for (const entry of this.#calls?.byId.values() ?? []) entry.resultAt = undefined;
    this.#calls?.answered.clear();
  }

  /** Somebody keeps it. */
  retain(): void {
    this.#holders++;
  }

  release(): void {
    if (--this.#holders > 0) return;
    for (const entry of this.#calls?.byId.values() ?? []) this.#forget(entry);
  }

  /** The client has come by another connection. */
  arrive(): void {
    this.#arrival++;
    this.#lastAnswer = 0;
  }

  /** Whether the client has come by another connection, and not made that call by it. */
  isUnclaimed(entry: LedgerEntry): boolean {
    return entry.arrival !== this.#arrival;
  }

  /** Whether the result came before the answer to a call that the client has made since it is back. */
  isEarlier({ resultAt }: LedgerEntry): boolean {
    return resultAt !== undefined && resultAt < this.#lastAnswer;
  }

  /** The call with that id which came by an earlier connection. From now on it has come by this one. */
  again(id: string): LedgerEntry | undefined {
    const entry = this.#calls?.byId.get(id);
    if (!entry || entry.arrival === this.#arrival) return undefined;
    entry.arrival = this.#arrival;
    return entry;
  }

  /** A call came in. One with the same id is forgotten. */
  begin(id: string): LedgerEntry {
    const { byId } = (this.#calls ??= new Calls());
    const before = byId.get(id);
    if (before) this.#forget(before);
    const entry = new LedgerEntry(id, this.#arrival, this.#token);
    byId.set(id, entry);
    if (byId.size > MAX_ENTRIES) this.#forgetOldest();
    return entry;
  }

  /** A method has run. */
  finish(entry: LedgerEntry, result: string): void {
    if (this.#knows(entry)) {
      this.#calls?.done.add(entry);
      this.#keep(entry, result);
    }
    entry.finish();
  }

  /** The answer to it was sent, with that number. */
  answer(entry: LedgerEntry, number: number): void {
    if (entry.begun === this.#arrival) this.#lastAnswer = number;
    if (!this.#knows(entry)) return;
    entry.answered = number;
    // (The last comes last.)
    this.#calls?.answered.delete(entry);
    this.#calls?.answered.add(entry);
  }

  /**
   * So many messages of the present session have come to the client. (That it had use for an answer is only known when it had sent
   * the call by the same connection.)
   */
  arrived(count: number): void {
    for (const entry of this.#calls?.answered ?? []) {
      if ((entry.answered as number) > count) return;
      const missed = this.#arrival - entry.arrival;
      if (missed === 0 || missed > MAX_OWED) this.#forget(entry);
    }
  }

  /** The numbers of all messages have grown by that much. */
  shift(by: number): void {
    if (by === 0) return;
    for (const entry of this.#calls?.answered ?? []) (entry.answered as number) += by;
  }

  /** A session has ended: what waits in its queue never begins. */
  abandon(owner: LedgerOwner): void {
    if (this.#owner === owner) this.#owner = undefined;
    for (const entry of this.#calls?.byId.values() ?? []) {
      if (entry.state === "waiting" && entry.owner === owner.token) this.#forget(entry);
    }
  }

  /** Whether it hasn't forgotten it. */
  #knows(entry: LedgerEntry): boolean {
    return this.#calls?.byId.get(entry.id) === entry;
  }

  #keep(entry: LedgerEntry, result: string): void {
    const bytes = result.length;
    const hasRoom = this.#bytes + bytes <= MAX_BYTES && this.#budget.bytes + bytes <= MAX_TOTAL;
    if (!hasRoom) {
      // (That it has run is remembered all the same.)
      this.#budget.dropped++;
      return;
    }
    entry.result = result;
    this.#bytes += bytes;
    this.#budget.bytes += bytes;
  }

  #forget(entry: LedgerEntry): void {
    this.#calls?.byId.delete(entry.id);
    this.#calls?.done.delete(entry);
    this.#calls?.answered.delete(entry);
    const bytes = entry.result?.length ?? 0;
    this.#bytes -= bytes;
    this.#budget.bytes -= bytes;
    entry.result = undefined;
  }

  /** (Those that run are bounded elsewhere.) */
  #forgetOldest(): void {
    const [oldest] = this.#calls?.done ?? [];
    if (!oldest) return;
    this.#budget.dropped++;
    this.#forget(oldest);
  }
}

/** A session, to the ledger. */
export interface LedgerOwner {
  readonly token: string;
  /** Ends it: its client has another one. */
  supersede(): void;
}
