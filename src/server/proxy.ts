/**
 * What a reverse proxy says about the client it speaks for: believed only when the proxy is one that we were told of.
 *
 * @module
 */

import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import type { HttpHeaders } from "../http/headers.ts";
import { normalizeAddress } from "../node/address.ts";
import { AddressSet, LOOPBACK } from "./address.ts";
import { addressOfPeer } from "./peer-address.ts";

/** Where a request came from and what it was addressed to. */
export interface Peer {
  /** The client's address; `undefined` for a Unix socket, and for a client that is gone. */
  readonly address: string | undefined;
  /** The Host that the client asked for, as it wrote it. */
  readonly host: string;
  /** Whether the client speaks TLS, to us or to the proxy. */
  readonly secure: boolean;
}

/** The headers that proxies add. */
const FORWARDED = ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"] as const;

/** The proxies that were named by `trustProxy`. */
export class TrustedProxies {
  readonly #addresses = new AddressSet();
  #unix = false;

  /**
   * Entries are addresses, CIDR blocks, `"loopback"`, and `"unix"` for whoever connects through a Unix socket.
   *
   * @throws TypeError for any other entry.
   */
  constructor(entries: readonly string[] = []) {
    for (const entry of entries) {
      if (entry === "unix") this.#unix = true;
      else if (entry === "loopback") for (const block of LOOPBACK) this.#addresses.add(block);
      else this.#addresses.add(entry);
    }
  }

  /** `undefined` is the address of a peer on a Unix socket. */
  trusts(address: string | undefined): boolean {
    return address === undefined ? this.#unix : this.#addresses.has(address);
  }

  /** What is known of the client, given what is known of the socket that the request came on. */
  resolve(direct: Peer, headers: HttpHeaders): Peer {
    if (!this.trusts(direct.address)) return direct;
    const proto = lastOf(headers.get("x-forwarded-proto"))?.toLowerCase();
    return {
      address: this.#clientAddress(headers.get("x-forwarded-for")) ?? direct.address,
      host: lastOf(headers.get("x-forwarded-host")) ?? direct.host,
      secure: proto === undefined ? direct.secure : proto === "https" || proto === "wss",
    };
  }

  /**
   * Each proxy adds, at the right, the address that it got the request from. So, from the right, the first that is not
   * one of our proxies is the client; what stands left of it, anybody can have written.
   */
  #clientAddress(forwarded: string | undefined): string | undefined {
    let client: string | undefined;
    for (const entry of splitList(forwarded).reverse()) {
      const address = parseForwardedAddress(entry);
      if (address === undefined) break;
      client = address;
      if (!this.#addresses.has(address)) break;
    }
    return client;
  }
}

/** What the socket itself says. */
export function directPeer(socket: Duplex, headers: HttpHeaders): Peer {
  const remoteAddress = addressOfPeer(socket);
  return {
    address: remoteAddress === undefined ? undefined : normalizeAddress(remoteAddress),
    host: headers.get("host") ?? "",
    secure: socket instanceof TLSSocket,
  };
}

/** Whether a proxy seems to stand before us, trusted or not. */
export function isForwarded(headers: HttpHeaders): boolean {
  return FORWARDED.some((name) => headers.has(name));
}

/** The value that the nearest proxy added to a list. */
export function lastOf(list: string | undefined): string | undefined {
  return splitList(list).at(-1);
}

function splitList(list: string | undefined): string[] {
  if (list === undefined) return [];
  return list.split(",").flatMap((entry) => entry.trim() || []);
}

/** An address as proxies write it: some add the port. */
function parseForwardedAddress(entry: string): string | undefined {
  const bracket = entry.startsWith("[") ? entry.indexOf("]") : -1;
  if (bracket > 0) return normalizeAddress(entry.slice(1, bracket));
  const colon = entry.indexOf(":");
  const isPort = colon > 0 && colon === entry.lastIndexOf(":");
  return normalizeAddress(isPort ? entry.slice(0, colon) : entry);
}
