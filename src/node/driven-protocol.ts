/**
 * A protocol that tells its driver of progress: an `onProgress` for each connection would take memory of its own.
 *
 * @module
 */

import { Protocol } from "../protocol/protocol.ts";
import type { ProtocolOptions } from "../protocol/protocol.ts";

export interface ProtocolDriver {
  /** As `onProgress` of the protocol's options. */
  progressed(): void;
}

export class DrivenProtocol extends Protocol {
  readonly #driver: ProtocolDriver;

  constructor(driver: ProtocolDriver, options: ProtocolOptions) {
    super(options);
    this.#driver = driver;
  }

  override settled(): void {
    super.settled();
    this.#driver.progressed();
  }
}
