/**
 * The client's side of the opening handshake: the request (RFC 6455 section 4.1).
 *
 * @module
 */

import { extensionsHeader } from "./accept.ts";
import { isKey } from "./accept-key.ts";
import { isToken } from "./field-values.ts";
import { VERSION } from "./read-upgrade.ts";

/** What a client asks for. */
export interface UpgradeWishes {
  /** 16 random bytes in base64. */
  readonly key: string;
  /** The one that the client likes most first. */
  readonly subprotocols?: readonly string[] | undefined;
  /** The value of `Sec-WebSocket-Extensions`, as `offerDeflate` makes it. */
  readonly extensions?: string | undefined;
}

/**
 * The headers that make a GET request one for a WebSocket; `Host` and `Origin` are the caller's.
 *
 * Throws a `TypeError` for a malformed key, subprotocol or extension, and for a repeated subprotocol.
 */
export function upgradeHeaders(request: UpgradeWishes): [name: string, value: string][] {
  const { key, subprotocols = [], extensions } = request;
  if (!isKey(key)) throw new TypeError("the key is not 16 bytes in base64");
  const headers: [string, string][] = [
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Key", key],
    ["Sec-WebSocket-Version", VERSION],
  ];
  if (subprotocols.length > 0) {
    checkSubprotocols(subprotocols);
    headers.push(["Sec-WebSocket-Protocol", subprotocols.join(", ")]);
  }
  if (extensions !== undefined) headers.push(extensionsHeader(extensions));
  return headers;
}

function checkSubprotocols(subprotocols: readonly string[]): void {
  const malformed = subprotocols.find((name) => !isToken(name));
  if (malformed !== undefined) {
    throw new TypeError(`not the name of a subprotocol: ${JSON.stringify(malformed)}`);
  }
  if (new Set(subprotocols).size < subprotocols.length) {
    throw new TypeError("a subprotocol is repeated");
  }
}
