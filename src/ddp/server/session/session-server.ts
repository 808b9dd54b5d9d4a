/**
 * What a session needs of its server.
 *
 * @module
 */

import type { ClientMessage } from "../../protocol/messages.ts";
import type { DdpConnection } from "../connection.ts";
import type { Logger } from "../../../util/logger.ts";
import type { Methods } from "../methods/methods.ts";
import type { Settings } from "../options.ts";
import type { Publications } from "../publications/publications.ts";
import type { RateLimits } from "../rate-limits/rate-limits.ts";
import type { Callbacks } from "./callbacks.ts";
import type { Counters } from "./counters.ts";
import type { LedgerBudget } from "./method-ledger.ts";
import type { Peer } from "./peer.ts";
import type { Sessions } from "./sessions.ts";
import type { Turn } from "./turn.ts";

export interface SessionServer {
  readonly methods: Methods;
  readonly publications: Publications;
  readonly logger: Logger;
  readonly settings: Settings;
  readonly turn: Turn;
  readonly sessions: Sessions;
  readonly limits: RateLimits;
  readonly counters: Counters;
  readonly budget: LedgerBudget;
  /** Its connection is over. */
  left(peer: Peer): void;
  readonly onConnection: Callbacks<[connection: DdpConnection]>;
  readonly onMessage: Callbacks<[message: ClientMessage, connection: DdpConnection]>;
}
