/**
 * The client's side of the opening handshake: the response (RFC 6455 section 4.1).
 *
 * @module
 */

import { HandshakeError } from "../../errors.ts";
import type { HttpHeaders } from "../../http/headers.ts";
import { parseExtensions } from "../extensions/offer.ts";
import {
  confirmDeflate,
  type DeflateOffer,
  type DeflateParameters,
} from "../extensions/permessage-deflate.ts";
import { acceptKey, type Sha1 } from "./accept-key.ts";
import { listHas } from "./field-values.ts";
import { hasTooManyHeaders } from "./header-limits.ts";

/** What of a response the handshake looks at. */
export interface UpgradeResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
}

/** What the client had asked for. */
export interface OfferedUpgrade {
  readonly key: string;
  readonly subprotocols: readonly string[];
  /** The options that permessage-deflate was offered with; `undefined` when it wasn't. */
  readonly deflate?: DeflateOffer | undefined;
}

/** What was agreed upon. */
export interface Acceptance {
  readonly subprotocol: string | undefined;
  /** `undefined`: no message is compressed. */
  readonly deflate: DeflateParameters | undefined;
}

/** Reads a response. Throws a `HandshakeError` when it doesn't accept the connection as it was asked for. */
export function verifyAcceptance(
  response: UpgradeResponse,
  request: OfferedUpgrade,
  sha1: Sha1,
): Acceptance {
  const problem = findProblem(response, request, sha1);
  if (problem !== undefined) throw new HandshakeError(problem, response);
  const { headers } = response;
  const subprotocol = headers.get("sec-websocket-protocol");
  if (subprotocol !== undefined && !request.subprotocols.includes(subprotocol)) {
    throw new HandshakeError("the server chose a subprotocol that was not offered", response);
  }
  const field = headers.get("sec-websocket-extensions");
  const extensions = field === undefined ? [] : parseExtensions(field);
  if (!extensions) throw new HandshakeError("the server's extensions are malformed", response);
  if (!request.deflate && extensions.length > 0) {
    throw new HandshakeError("the server chose an extension that was not offered", response);
  }
  const deflate = request.deflate && confirmDeflate(extensions, request.deflate, response);
  return { subprotocol, deflate };
}

function findProblem(
  { status, headers }: UpgradeResponse,
  { key }: OfferedUpgrade,
  sha1: Sha1,
): string | undefined {
  if (status !== 101) return `the server refused the connection with status ${status}`;
  if (hasTooManyHeaders(headers)) return "the server sent too many header fields";
  if (headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return "the server upgraded to something else";
  }
  if (!listHas(headers.getAll("connection"), "upgrade")) return "the server did not upgrade";
  if (headers.get("sec-websocket-accept") !== acceptKey(key, sha1)) {
    return "the server did not prove that it understood the handshake";
  }
  return undefined;
}
