/**
 * Making a client of DDP.
 *
 * @module
 */

import type { DdpClient, DdpClientOptions, Open } from "./types.ts";

export function ddpClient(_open: Open, _options: DdpClientOptions = {}): DdpClient {
  throw new Error("not there yet");
}
