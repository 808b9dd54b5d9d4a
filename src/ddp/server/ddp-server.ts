/**
 * The server: what it offers, and who is there.
 *
 * @module
 */

import type { Connection } from "../../connection/connection.ts";
import { systemClock } from "../../util/clock.ts";
import type { Clock } from "../../util/clock.ts";
import { checkOptions } from "../../util/option-names.ts";
import type { Logger } from "./logger.ts";
import { callMethod } from "./methods/call-method.ts";
import { Methods } from "./methods/methods.ts";
import type { Method } from "./methods/methods.ts";
import { NAMES } from "./options.ts";
import type { DdpOptions } from "./options.ts";
import { Publications } from "./publications/publications.ts";
import type { Publication } from "./publications/publications.ts";
import type { PublicationStrategy } from "./publications/merge-box/strategies.ts";
import { Peer } from "./session/peer.ts";
import type { SessionServer } from "./session/session-server.ts";

export class DdpServer implements SessionServer {
  readonly methods: Methods = new Methods();
  readonly publications: Publications = new Publications();
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

  async handle(connection: Connection): Promise<void> {
    await new Peer(this, connection).run();
  }

  async close(): Promise<void> {}
}
