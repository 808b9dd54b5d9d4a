/**
 * What methods and publications see of a client.
 *
 * @module
 */

import type { HttpHeaders } from "../../../http/headers.ts";
import { secureRandom } from "../../protocol/random/random.ts";
import type { DdpConnection } from "../connection.ts";
import type { Logger } from "../../../util/logger.ts";
import { Callbacks } from "./callbacks.ts";
import type { Origin } from "./wire.ts";

export class ClientConnection implements DdpConnection {
  /** Where the client comes from at present. */
  origin: Origin;
  readonly #logger: Logger;
  readonly #session: { end(): void };
  #id: string | undefined;
  #callbacks: Callbacks<[]> | undefined;
  #hasEnded = false;

  constructor(origin: Origin, logger: Logger, session: { end(): void }) {
    this.origin = origin;
    this.#logger = logger;
    this.#session = session;
  }

  /** (Made on first use: few ask for it.) */
  get id(): string {
    return (this.#id ??= secureRandom.id());
  }

  get clientAddress(): string | undefined {
    return this.origin.clientAddress;
  }

  get headers(): HttpHeaders {
    return this.origin.headers;
  }

  close(): void {
    this.#session.end();
  }

  onClose(callback: () => void): void {
    this.#callbacks ??= new Callbacks("onClose", this.#logger);
    this.#callbacks.add(callback);
    if (this.#hasEnded) void this.#flush();
  }

  /** The session has ended. Whoever is to be told hears of it after the current turn's work. */
  ended(): void {
    this.#hasEnded = true;
    if (this.#callbacks) void this.#flush();
  }

  async #flush(): Promise<void> {
    await Promise.resolve();
    const callbacks = this.#callbacks;
    this.#callbacks = undefined;
    callbacks?.run();
  }
}
