/**
 * The checks that a handshake has to pass before the application is asked, in their order.
 *
 * @module
 */

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { parseHost } from "../http/host.ts";
import { HttpHeaders } from "../http/headers.ts";
import type { RouteTable } from "../http/routes.ts";
import { readUpgrade } from "../protocol/handshake/read-upgrade.ts";
import type { Upgrade } from "../protocol/handshake/read-upgrade.ts";
import { pathOf, ServerRequest } from "./handshake-request.ts";
import type { RequestFacts } from "./handshake-request.ts";
import { shareStrings } from "./common-strings.ts";
import type { Handler } from "./handler.ts";
import { explainHost, explainOrigin } from "./hints.ts";
import type { Hints, RefusedRequest } from "./hints.ts";
import { isHostAllowed } from "./host.ts";
import type { ConnectionLimits, Slot } from "./limits.ts";
import type { Settings } from "./options.ts";
import { directPeer } from "./proxy.ts";
import type { Peer, TrustedProxies } from "./proxy.ts";
import type { Refusal } from "./refusal.ts";

export type AnyHandler = Handler<unknown, Readonly<Record<string, string>>>;

/** What the checks need to know of the server. */
export interface Gate {
  readonly settings: Settings;
  readonly routes: RouteTable<AnyHandler>;
  readonly limits: ConnectionLimits;
  readonly hints: Hints;
  readonly isClosing: boolean;
  readonly isBoundToLoopback: boolean;
}

/** A handshake that passed. */
export interface Candidate {
  readonly upgrade: Upgrade;
  readonly request: ServerRequest;
  readonly handler: AnyHandler;
  readonly slot: Slot;
}

export const SHUTTING_DOWN: Refusal = {
  status: 503,
  headers: [["Retry-After", "1"]],
  message: "The server is shutting down.",
};

export function screen(gate: Gate, incoming: IncomingMessage, socket: Duplex): Candidate | Refusal {
  shareStrings(incoming.rawHeaders);
  const headers = new HttpHeaders(incoming.rawHeaders);
  const { method = "", url = "", httpVersion } = incoming;
  const upgrade = readUpgrade({ method, httpVersion, headers });
  if ("status" in upgrade) return upgrade;
  const route = gate.routes.match(pathOf(url));
  if (route === "malformed") return refusal(400, "The path is malformed.");
  if (!route) return refusal(404, "There is nothing here.");
  const direct = directPeer(socket, headers);
  const peer = gate.settings.proxies.resolve(direct, headers);
  const origin = headers.get("origin");
  const refused =
    checkPeer(gate, peer, origin, headers, direct) ?? (gate.isClosing ? SHUTTING_DOWN : undefined);
  if (refused) return refused;
  const slot = gate.limits.take(peer.address);
  if ("status" in slot) return slot;
  const facts: RequestFacts = {
    url,
    fields: headers.raw,
    params: route.params,
    host: peer.host,
    remoteAddress: peer.address,
    secure: peer.secure,
  };
  return { upgrade, request: new ServerRequest(facts, socket), handler: route.value, slot };
}

/** Host (against DNS rebinding), then Origin (against pages of others). */
function checkPeer(
  gate: Gate,
  peer: Peer,
  origin: string | undefined,
  headers: HttpHeaders,
  direct: Peer,
): Refusal | undefined {
  const { hosts, origins, proxies } = gate.settings;
  const host = parseHost(peer.host);
  if (!host) return refusal(400, "The Host header is malformed.");
  if (!isHostAllowed(host, hosts, gate.isBoundToLoopback)) {
    gate.hints.give(explainHost(describe(direct, peer, headers, proxies)));
    return refusal(403, "The server does not answer to this Host.");
  }
  if (origin !== undefined && !origins.allows(origin, { host, secure: peer.secure })) {
    gate.hints.give(explainOrigin(origin, describe(direct, peer, headers, proxies)));
    return refusal(403, "This Origin may not connect.");
  }
  return undefined;
}

function describe(
  direct: Peer,
  peer: Peer,
  headers: HttpHeaders,
  proxies: TrustedProxies,
): RefusedRequest {
  return {
    headers,
    from: direct.address ?? "a Unix socket",
    host: peer.host,
    trusted: proxies.trusts(direct.address),
  };
}

function refusal(status: number, message: string): Refusal {
  return { status, headers: [], message };
}
