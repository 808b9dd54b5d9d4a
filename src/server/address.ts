/**
 * Sets of IP addresses.
 *
 * @module
 */

import { BlockList, isIP } from "node:net";
import { normalizeAddress } from "../node/address.ts";

/** A set of addresses, given one by one and as CIDR blocks. */
export class AddressSet {
  readonly #list = new BlockList();
  #isEmpty = true;

  /** @throws TypeError for what is neither an address nor a block. */
  add(entry: string): void {
    const [text = "", prefix, ...rest] = entry.split("/");
    const address = normalizeAddress(text);
    const bits = address !== undefined && isIP(address) === 4 ? 32 : 128;
    const length = prefix === undefined ? bits : /^[0-9]{1,3}$/.test(prefix) ? Number(prefix) : -1;
    if (address === undefined || length < 0 || length > bits || rest.length > 0) {
      throw new TypeError(`${JSON.stringify(entry)} is neither an IP address nor a CIDR block`);
    }
    this.#isEmpty = false;
    this.#list.addSubnet(address, length, bits === 32 ? "ipv4" : "ipv6");
  }

  /** `address` as {@link normalizeAddress} spells it. */
  has(address: string): boolean {
    return !this.#isEmpty && this.#list.check(address, isIP(address) === 4 ? "ipv4" : "ipv6");
  }
}

/** The blocks of loopback (RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3). */
export const LOOPBACK: readonly string[] = ["127.0.0.0/8", "::1/128"];

const loopback = new AddressSet();
for (const block of LOOPBACK) loopback.add(block);

export function isLoopbackAddress(text: string): boolean {
  const address = normalizeAddress(text);
  if (address === undefined) return false;
  // The common spellings first: a `BlockList` makes an object of its own for each address that it looks up.
  if (isIP(address) === 4) return address.startsWith("127.");
  return address === "::1" || loopback.has(address);
}

/**
 * What connections are counted by: an IPv4 address, or the /64 of an IPv6 address, since whoever has one address there
 * has them all.
 */
export function addressGroup(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = "", tail = ""] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  const after = tail === "" ? [] : tail.split(":");
  // A dotted quad at the end stands for two groups.
  const written = groups.length + after.length + (address.includes(".") ? 1 : 0);
  if (address.includes("::")) {
    for (let missing = 8 - written; missing > 0; missing--) groups.push("0");
    groups.push(...after);
  }
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}
