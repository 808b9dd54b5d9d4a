/**
 * The server's answer that accepts a connection (RFC 6455 section 4.2.2).
 *
 * @module
 */

import { parseExtensions } from "../extensions/offer.ts";
import { acceptKey, type Sha1 } from "./accept-key.ts";
import type { Upgrade } from "./read-upgrade.ts";

/** What the server chose of what the client offered. */
export interface UpgradeChoice {
  readonly subprotocol?: string | undefined;
  /** The value of `Sec-WebSocket-Extensions`, as `acceptDeflate` makes it. */
  readonly extensions?: string | undefined;
}

/**
 * The headers of the 101 response.
 *
 * Throws a `TypeError` for a subprotocol that the client didn't offer, and for malformed extensions.
 */
export function acceptHeaders(
  upgrade: Upgrade,
  choice: UpgradeChoice,
  sha1: Sha1,
): [name: string, value: string][] {
  const { subprotocol, extensions } = choice;
  const headers: [string, string][] = [
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Accept", acceptKey(upgrade.key, sha1)],
  ];
  if (subprotocol !== undefined) {
    // What was offered is tokens, so that nothing else can get into the header.
    if (!upgrade.subprotocols.includes(subprotocol)) {
      throw new TypeError(
        `the client did not offer the subprotocol ${JSON.stringify(subprotocol)}`,
      );
    }
    headers.push(["Sec-WebSocket-Protocol", subprotocol]);
  }
  if (extensions !== undefined) headers.push(extensionsHeader(extensions));
  return headers;
}

/** The field as it is sent; throws a `TypeError` for a malformed value. */
export function extensionsHeader(value: string): [name: string, value: string] {
  if (!parseExtensions(value)) throw new TypeError("malformed extensions");
  return ["Sec-WebSocket-Extensions", value];
}
