/**
 * The server: what it offers, and who is there.
 *
 * @module
 */

import type { Connection } from "../../connection/connection.ts";
import { checkOptions } from "../../util/option-names.ts";
import type { ClientMessage } from "../protocol/messages.ts";
import type { DdpConnection } from "./connection.ts";
import { ClientWrites } from "./collections/client-writes.ts";
import type { Logger } from "../../util/logger.ts";
import { callMethod } from "./methods/call-method.ts";
import { Methods } from "./methods/methods.ts";
import type { Method } from "./methods/methods.ts";
import { readOptions } from "./options.ts";
import type { DdpOptions, Settings } from "./options.ts";
import { Publications } from "./publications/publications.ts";
import type { Publication } from "./publications/publications.ts";
import type { PublicationStrategy } from "./publications/merge-box/strategies.ts";
import { RateLimits } from "./rate-limits/rate-limits.ts";
import { Callbacks } from "./session/callbacks.ts";
import { counters } from "./session/counters.ts";
import type { Counters, DdpStats } from "./session/counters.ts";
import { LedgerBudget } from "./session/method-ledger.ts";
import { Peer } from "./session/peer.ts";
import type { SessionServer } from "./session/session-server.ts";
import { Sessions } from "./session/sessions.ts";
import { Turn } from "./session/turn.ts";
import { GOING_AWAY, sendAway } from "./shutdown.ts";
import type { DdpCloseOptions } from "./shutdown.ts";

export class DdpServer implements SessionServer {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly turn: Turn;
  readonly methods: Methods = new Methods();
  readonly publications: Publications = new Publications();
  readonly clientWrites: ClientWrites = new ClientWrites(this.methods);
  readonly sessions: Sessions;
  readonly limits: RateLimits;
  readonly counters: Counters = counters();
  readonly budget: LedgerBudget = new LedgerBudget();
  readonly onConnection: Callbacks<[connection: DdpConnection]>;
  readonly onMessage: Callbacks<[message: ClientMessage, connection: DdpConnection]>;
  readonly #peers = new Set<Peer>();
  #closing: Promise<void> | undefined;

  constructor(options: DdpOptions) {
    this.settings = readOptions(options);
    const { logger, clock } = this.settings;
    this.logger = logger;
    this.turn = new Turn(clock);
    this.sessions = new Sessions(this);
    this.limits = new RateLimits(clock, logger, () => this.counters.limited++);
    this.onConnection = new Callbacks("onConnection", logger);
    this.onMessage = new Callbacks("onMessage", logger);
  }

  addMethods(methods: Readonly<Record<string, Method>>): void {
    this.methods.add(methods);
  }

  publish(
    names: string | null | Readonly<Record<string, Publication>>,
    publication?: Publication,
  ): void {
    if (names === null || typeof names !== "object") {
      this.publications.add(names, publication as Publication);
    } else for (const [name, each] of Object.entries(names)) this.publications.add(name, each);
  }

  setPublicationStrategy(collection: string, strategy: PublicationStrategy): void {
    this.publications.strategies.set(collection, strategy);
  }

  call(method: string, params: readonly unknown[]): Promise<unknown> {
    return callMethod(this.methods, method, params);
  }

  /** Never rejects. (Not `async`: connections are many, and each waits here for its end.) */
  handle(connection: Connection): Promise<void> {
    if (this.#closing) return this.#refuse(connection);
    const peer = new Peer(this, connection);
    this.#peers.add(peer);
    return peer.run();
  }

  async #refuse(connection: Connection): Promise<void> {
    await connection.close(GOING_AWAY);
  }

  left(peer: Peer): void {
    this.#peers.delete(peer);
  }

  stats(): DdpStats {
    const { waiting, size } = this.sessions;
    return {
      ...this.counters,
      sessions: size - waiting,
      waiting,
      droppedResults: this.budget.dropped,
    };
  }

  close(options: DdpCloseOptions): Promise<void> {
    checkOptions("close", options, { spread: true });
    const { spread = 0 } = options;
    if (!(spread >= 0)) throw new RangeError("spread can't be negative");
    return (this.#closing ??= this.#close(spread));
  }

  async #close(spread: number): Promise<void> {
    this.sessions.close();
    await sendAway(this.#peers, spread, this.settings.clock);
  }
}
