/**
 * The server's side of the opening handshake: is this a request for a WebSocket? (RFC 6455 section 4.2.1)
 *
 * @module
 */

import type { HttpHeaders } from "../../http/headers.ts";
import { type ExtensionOffer, parseExtensions } from "../extensions/offer.ts";
import { isKey } from "./accept-key.ts";
import { listHas, parseTokens } from "./field-values.ts";
import { hasTooManyHeaders } from "./header-limits.ts";
import { type Refusal, refuse } from "./refusal.ts";

/** What of a request the handshake looks at. */
export interface UpgradeRequest {
  readonly method: string;
  /** As in `"1.1"`. */
  readonly httpVersion: string;
  readonly headers: HttpHeaders;
}

/** A request that can be accepted. */
export interface Upgrade {
  /** The `Sec-WebSocket-Key`. */
  readonly key: string;
  /** The subprotocols that the client offers, the one it likes most first. */
  readonly subprotocols: string[];
  readonly extensions: ExtensionOffer[];
}

/** The version of the protocol (RFC 6455 section 4.1). */
export const VERSION = "13";

/**
 * Reads a request. The result has a `status` if it is to be refused:
 *
 * - 431 for more than 128 header fields, or more than 16 KiB of them
 * - 405 for a method other than GET
 * - 505 for a version of HTTP other than 1.1
 * - 426 for a request that asks for no upgrade, or for another version of the protocol
 * - 400 for a body, and for a `Host`, key, subprotocol or extension field that is missing, repeated or malformed
 *
 * Whether the `Origin` and the `Host` are acceptable is for the caller to decide.
 */
export function readUpgrade(request: UpgradeRequest): Upgrade | Refusal {
  const { headers } = request;
  // First: Node drops what is beyond its own limit, so that any other field may be missing.
  if (hasTooManyHeaders(headers)) return refuse(431, "Too many or too large header fields.");
  return refuseRequest(request) ?? refuseVersion(headers) ?? readFields(headers);
}

function refuseRequest({ method, httpVersion, headers }: UpgradeRequest): Refusal | undefined {
  if (method !== "GET") {
    return refuse(405, "A WebSocket handshake is a GET request.", [["Allow", "GET"]]);
  }
  if (httpVersion !== "1.1") return refuse(505, "A WebSocket handshake needs HTTP/1.1.");
  const upgrade = listHas(headers.getAll("upgrade"), "websocket");
  if (!upgrade || !listHas(headers.getAll("connection"), "upgrade")) {
    return refuse(426, "This is a WebSocket server: connect with a WebSocket client.", [
      ["Upgrade", "websocket"],
      ["Connection", "Upgrade"],
      ["Sec-WebSocket-Version", VERSION],
    ]);
  }
  // Its bytes would be taken for frames.
  const length = headers.get("content-length") ?? "0";
  if (length !== "0" || headers.has("transfer-encoding")) {
    return refuse(400, "A WebSocket handshake has no body.");
  }
  const hosts = headers.getAll("host");
  if (hosts.length !== 1) return refuse(400, "There must be one Host header.");
  return undefined;
}

/** RFC 6455 section 4.4: the versions that the server does support are named. */
function refuseVersion(headers: HttpHeaders): Refusal | undefined {
  if (headers.get("sec-websocket-version") === VERSION) return undefined;
  return refuse(426, `Only version ${VERSION} of the WebSocket protocol is supported.`, [
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Version", VERSION],
  ]);
}

function readFields(headers: HttpHeaders): Upgrade | Refusal {
  const key = headers.get("sec-websocket-key");
  if (key === undefined || !isKey(key)) {
    return refuse(400, "There must be one Sec-WebSocket-Key, of 16 bytes in base64.");
  }
  const offered = headers.get("sec-websocket-protocol");
  const subprotocols = offered === undefined ? [] : parseTokens(offered);
  if (!subprotocols || new Set(subprotocols).size < subprotocols.length) {
    return refuse(400, "The Sec-WebSocket-Protocol header is malformed.");
  }
  const extensionField = headers.get("sec-websocket-extensions");
  const extensions = extensionField === undefined ? [] : parseExtensions(extensionField);
  if (!extensions) return refuse(400, "The Sec-WebSocket-Extensions header is malformed.");
  return { key, subprotocols, extensions };
}
