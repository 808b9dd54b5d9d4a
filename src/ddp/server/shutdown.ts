/**
 * Ending a server without all of its clients coming back at the same moment.
 *
 * @module
 */

import { Deferred } from "../../util/deferred.ts";
import type { Clock, Timer } from "../../util/clock.ts";
import type { Peer } from "./session/peer.ts";

/** How to close. */
export interface DdpCloseOptions {
  /**
   * Milliseconds over which clients are sent away, one after the other. Within that time the methods of each are answered first.
   * Default: 0, all at once.
   */
  readonly spread?: number | undefined;
}

/** What clients are told: the server goes away (RFC 6455 section 7.4.1). They come back, to another one. */
export const GOING_AWAY = 1001;

/** Resolves when all connections are over; never rejects. */
export async function sendAway(peers: Iterable<Peer>, spread: number, clock: Clock): Promise<void> {
  const all = Array.from(peers);
  const deadline = new Deferred<void>();
  const timers: Timer[] = [];
  const later = (delay: number, run: () => void): void => {
    if (delay > 0) timers.push(clock.setTimeout(run, delay));
    else run();
  };
  later(spread, () => deadline.resolve());
  for (const [index, peer] of all.entries()) {
    later((spread * index) / all.length, () => void leave(peer, deadline.promise));
  }
  await Promise.all(all.map((peer) => peer.gone));
  for (const timer of timers) clock.clearTimeout(timer);
}

async function leave(peer: Peer, deadline: Promise<void>): Promise<void> {
  const { session } = peer;
  if (session) await Promise.race([session.finish(), deadline]);
  session?.end(GOING_AWAY);
  peer.close(GOING_AWAY);
}
