/**
 * The server: what it offers, and who is there.
 *
 * @module
 */

import type { Connection } from "../../connection/connection.ts";
import { systemClock } from "../../util/clock.ts";
import type { Clock } from "../../util/clock.ts";
import { checkOptions } from "../../util/option-names.ts";
import { ClientWrites } from "./collections/client-writes.ts";
import type { Logger } from "./logger.ts";
import { Methods } from "./methods/methods.ts";
import type { Method } from "./methods/methods.ts";
import { NAMES } from "./options.ts";
import type { DdpOptions } from "./options.ts";
import { Publications } from "./publications/publications.ts";
import type { Publication } from "./publications/publications.ts";
import { Peer } from "./session/peer.ts";
import type { SessionServer } from "./session/session-server.ts";

export class DdpServer implements SessionServer {
  readonly methods: Methods = new Methods();
  readonly publications: Publications = new Publications();
  readonly clientWrites: ClientWrites = new ClientWrites(this.methods);
  readonly logger: Logger;
  readonly clock: Clock;

  constructor(options: DdpOptions) {
    checkOptions("createDdp", options, NAMES);
    this.logger = options.logger ?? console;
    this.clock = options.clock ?? systemClock;
  }

  addMethods(methods: Readonly<Record<string, Method>>): void {
    this.methods.add(methods);
  }

  publish(name: string | null, publication: Publication): void {
    this.publications.add(name, publication);
  }

  async handle(connection: Connection): Promise<void> {
    await new Peer(this, connection).run();
  }

  async close(): Promise<void> {}
}
