/**
 * What a session sends: numbered, and kept until it has arrived.
 *
 * All messages count but pings and pongs, `connected` too (as in Meteor 3.5): the client counts them likewise, and says when it comes
 * back how many it got.
 *
 * @module
 */

import { prepare } from "../../../connection/prepared-message.ts";
import type { MethodLedger } from "./method-ledger.ts";
import { ReplayRing } from "./replay-ring.ts";
import type { OutgoingMessage, RingLimits } from "./replay-ring.ts";
import type { Wire } from "./wire.ts";

const PING = prepare('{"msg":"ping"}');

export class Outgoing {
  readonly #ring: ReplayRing | undefined;
  readonly #ledger: Pick<MethodLedger, "arrived"> | undefined;
  #wire: Wire | undefined;
  #sent = 0;
  /** How many the client can have got. */
  #reachable = 0;
  /** The number of the last `connected`. */
  #connected = 1;
  /** How many were sent before the ping that wasn't answered yet. */
  #pinged: number | undefined;

  /** `limits`: of what is kept, if anything is. `ledger` is told how many of the messages are known to have come to the client. */
  constructor(
    wire: Wire,
    limits: RingLimits | undefined,
    ledger: Pick<MethodLedger, "arrived"> | undefined,
  ) {
    this.#wire = wire;
    this.#ring = limits && new ReplayRing(limits);
    this.#ledger = ledger;
  }

  /** How many messages there have been. */
  get sent(): number {
    return this.#sent;
  }

  get wire(): Wire | undefined {
    return this.#wire;
  }

  /** Whether nothing can be gone on with: a message was dropped that the client can't have got. */
  get isBroken(): boolean {
    return !this.#wire && this.#sent - (this.#ring?.length ?? 0) > this.#reachable;
  }

  send(message: OutgoingMessage): void {
    this.#sent++;
    this.#ring?.push(message);
    if (!this.#wire) return;
    this.#wire.send(message);
    if (this.#pinged === undefined && this.#wire.hasPings && this.#ring?.isHalfFull) this.ping();
  }

  ping(): void {
    this.#pinged ??= this.#sent;
    this.#wire?.send(PING);
  }

  /** The client has answered a ping: what was sent before that has arrived. */
  pong(): void {
    if (this.#pinged === undefined) return;
    this.#arrived(this.#pinged);
    this.#pinged = undefined;
  }

  /** The connection is lost. */
  detach(): void {
    this.#wire = undefined;
    this.#reachable = this.#sent;
    this.#pinged = undefined;
  }

  /** Whether a client that has got so many messages can be given the rest. */
  canResume(received: number): boolean {
    if (!this.#ring || !Number.isSafeInteger(received)) return false;
    const reachable = this.#wire ? this.#sent : this.#reachable;
    return received >= this.#sent - this.#ring.length && received <= reachable;
  }

  /**
   * Goes on: `connected` comes next for the client, then what it has missed. It must be possible. Returns by how much the numbers of
   * what it has missed have grown.
   */
  resume(wire: Wire, received: number, connected: string): number {
    const ring = this.#ring as ReplayRing;
    this.#arrived(received);
    this.#wire = wire;
    this.#pinged = undefined;
    // (It may have missed the last `connected` too, which is the first of the lost then.)
    const shift = this.#connected === received + 1 ? 0 : 1;
    if (shift > 0) ring.unshift(connected);
    this.#connected = received + 1;
    this.#sent += shift;
    for (const message of ring.items) wire.send(message);
    return shift;
  }

  /** Nothing follows, and nothing is kept. */
  close(): void {
    this.#wire = undefined;
    this.#ring?.clear();
  }

  #arrived(count: number): void {
    const before = this.#sent - (this.#ring?.length ?? 0);
    if (count > before) this.#ring?.dropFirst(count - before);
    this.#ledger?.arrived(count);
  }
}
