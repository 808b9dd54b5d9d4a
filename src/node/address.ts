/**
 * IP addresses in one spelling.
 *
 * @module
 */

import { isIP } from "node:net";

/** One spelling for an address: IPv4 ones out of their IPv6 mapping, no zone. `undefined` for what is no address. */
export function normalizeAddress(text: string): string | undefined {
  const address = stripZone(text.toLowerCase());
  const version = isIP(address);
  if (version === 0) return undefined;
  if (version === 4) return address;
  const mapped = address.startsWith("::ffff:") ? address.slice("::ffff:".length) : "";
  return isIP(mapped) === 4 ? mapped : address;
}

function stripZone(address: string): string {
  const zone = address.indexOf("%");
  return zone < 0 ? address : address.slice(0, zone);
}
