/**
 * The sessions of a server: those whose clients are there, those that wait for theirs, and what is remembered of those that have
 * ended.
 *
 * @module
 */

import { Line } from "../../../connection/alarms.ts";
import type { ResumeSettings } from "../options.ts";
import { Later } from "./later.ts";
import { MethodLedger } from "./method-ledger.ts";
import { Session } from "./session.ts";
import type { SessionServer } from "./session-server.ts";
import { isSameToken, tokenId } from "./token.ts";
import type { Wire } from "./wire.ts";

/** How many calls of sessions that have ended are known, all together. */
const MAX_CALLS = 100_000;

/** A session that has ended; its client may come back, and call again what it has called there. */
class Ended {
  readonly token: string;
  readonly ledger: MethodLedger;
  /** How many calls there were. */
  readonly calls: number;
  readonly expiry: Later;

  constructor(token: string, ledger: MethodLedger, expire: () => void) {
    this.token = token;
    this.ledger = ledger;
    this.calls = ledger.size;
    this.expiry = new Later(expire);
  }
}

export class Sessions {
  readonly #server: SessionServer;
  readonly #settings: ResumeSettings | undefined;
  /** By the ids of their tokens. */
  readonly #live = new Map<string, Session>();
  readonly #ended = new Map<string, Ended>();
  /** Of those that have ended. */
  #calls = 0;
  /** Those that wait for their clients, in the order of that. */
  readonly #waiting = new Map<Session, Later>();
  #isClosed = false;

  constructor(server: SessionServer) {
    this.#server = server;
    this.#settings = server.settings.resume;
  }

  /** All that haven't ended. */
  get items(): Iterable<Session> {
    return this.#live.values();
  }

  get size(): number {
    return this.#live.size;
  }

  /** How many wait for their clients. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * The session for a client that has come: the one whose token it shows, where that can be gone on with, or a new one. Nothing is
   * known of `token` and `received`. The session has sent `connected`.
   */
  open(wire: Wire, token: unknown, received: unknown): Session {
    const isClaim = typeof token === "string" && typeof received === "number";
    const claim = isClaim && this.#settings ? this.#find(token) : undefined;
    if (claim instanceof Session && claim.resume(wire, received as number)) {
      this.#forgetWait(claim);
      this.#server.counters.resumed++;
      return claim;
    }
    if (isClaim) this.#server.counters.restarted++;
    const session = new Session(this.#server, wire, this.#ledger(claim, received as number));
    this.#live.set(tokenId(session.token), session);
    session.ledger?.retain();
    session.ledger?.pass(session);
    session.start();
    return session;
  }

  #find(token: string): Session | Ended | undefined {
    const id = tokenId(token);
    const found = this.#live.get(id) ?? this.#ended.get(id);
    return found && isSameToken(found.token, token) ? found : undefined;
  }

  /** The ledger of a client that can't go on with the session that it knows, which it has got so many messages of. */
  #ledger(claim: Session | Ended | undefined, received: number): MethodLedger | undefined {
    if (!this.#settings) return undefined;
    const ledger = claim?.ledger;
    if (!ledger) return new MethodLedger(this.#server.budget);
    if (ledger.isOf(claim.token)) ledger.arrived(received);
    return ledger;
  }

  /** A session has lost its client. */
  wait(session: Session): void {
    const settings = this.#settings;
    if (!settings || this.#isClosed) return session.end();
    const later = new Later(() => session.end());
    this.#waiting.set(session, later);
    this.#line(settings.grace).add(later);
    if (this.#waiting.size <= settings.sessions) return;
    this.#server.counters.crowdedOut++;
    const [first] = this.#waiting.keys();
    first?.end();
  }

  #forgetWait(session: Session): void {
    const later = this.#waiting.get(session);
    if (!later || !this.#settings) return;
    this.#line(this.#settings.grace).delete(later);
    this.#waiting.delete(session);
  }

  /** A session has ended. */
  ended(session: Session): void {
    const { token, ledger } = session;
    const id = tokenId(token);
    this.#live.delete(id);
    this.#forgetWait(session);
    const settings = this.#settings;
    if (!ledger || !settings) return;
    if (this.#isClosed) return ledger.release();
    // (The ledger is kept by this instead of by the session.)
    const ended = new Ended(token, ledger, () => this.#forget(ended));
    this.#ended.set(id, ended);
    this.#calls += ended.calls;
    this.#line(settings.ledger).add(ended.expiry);
    for (const first of this.#ended.values()) {
      if (this.#ended.size <= settings.sessions && this.#calls <= MAX_CALLS) return;
      this.#server.budget.dropped += first.calls;
      this.#forget(first);
    }
  }

  #forget(ended: Ended): void {
    if (!this.#ended.delete(tokenId(ended.token))) return;
    this.#calls -= ended.calls;
    if (this.#settings) this.#line(this.#settings.ledger).delete(ended.expiry);
    ended.ledger.release();
  }

  /** Nothing is remembered from now on, of sessions that end either. */
  close(): void {
    this.#isClosed = true;
    for (const session of Array.from(this.#waiting.keys())) session.end();
    for (const ended of Array.from(this.#ended.values())) this.#forget(ended);
  }

  #line(delay: number): Line {
    return Line.of(this.#server.settings.clock, delay);
  }
}
