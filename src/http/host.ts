/**
 * Hosts, as requests and web pages name them.
 *
 * @module
 */

/** A host as `Host`, `Origin` and the `hosts` option name it, in lower case; IPv6 addresses without brackets. */
export interface Host {
  readonly name: string;
  /** `undefined` when it is not given. */
  readonly port: number | undefined;
}

/** RFC 3986 section 3.2.2, less what no host name has: letters, digits, `-`, `.`, `_`, and bytes beyond ASCII never. */
const NAME = /^[a-z0-9._-]+$/;
const PORT = /^[0-9]{0,5}$/;

/** Reads `name`, `name:port`, `[address]` or `[address]:port`; `undefined` for anything else. */
export function parseHost(text: string): Host | undefined {
  const lower = text.toLowerCase();
  const bracketed = lower.startsWith("[");
  const end = bracketed ? lower.indexOf("]") + 1 : lower.indexOf(":");
  const name = end <= 0 ? (bracketed ? "" : lower) : lower.slice(0, end);
  const rest = end <= 0 ? "" : lower.slice(end);
  if (lower.startsWith(":") || (rest !== "" && !rest.startsWith(":"))) return undefined;
  if (!PORT.test(rest.slice(1)) || Number(rest.slice(1)) > 65_535) return undefined;
  const port = rest.length > 1 ? Number(rest.slice(1)) : undefined;
  if (bracketed) {
    const address = name.slice(1, -1);
    return isIPv6(address) ? { name: address, port } : undefined;
  }
  return NAME.test(name)
    ? { name: name.endsWith(".") ? name.slice(0, -1) : name, port }
    : undefined;
}

/** Only what may be in one gets into a URL, so that it is the URL's host and nothing else. */
function isIPv6(text: string): boolean {
  return /^[0-9a-f:.]+$/.test(text) && URL.canParse(`http://[${text}]`);
}
