/**
 * The Host of a request, and which hosts a server answers to.
 *
 * A page that a browser got from an attacker's name can be made to resolve to this machine (DNS rebinding); what gives
 * it away is the Host header. So a server that is bound to loopback answers only to names of loopback, and to those
 * that it was given.
 *
 * @module
 */

import { isIP } from "node:net";
import { isLoopbackAddress } from "./address.ts";

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
    return isIP(address) === 6 ? { name: address, port } : undefined;
  }
  return NAME.test(name)
    ? { name: name.endsWith(".") ? name.slice(0, -1) : name, port }
    : undefined;
}

/** The hosts that the application listed: a name alone stands for any port. */
export class HostList {
  readonly #hosts: readonly Host[];

  /** @throws TypeError for an entry that is no host. */
  constructor(hosts: readonly string[]) {
    this.#hosts = hosts.map((text) => {
      const host = parseHost(text) ?? parseHost(`[${text}]`);
      if (!host) throw new TypeError(`hosts: ${JSON.stringify(text)} is no host`);
      return host;
    });
  }

  get isEmpty(): boolean {
    return this.#hosts.length === 0;
  }

  includes({ name, port }: Host): boolean {
    return this.#hosts.some((host) => {
      return host.name === name && (host.port === undefined || host.port === port);
    });
  }
}

/** Whether a host is this machine by name or address: `localhost`, names below it, 127.0.0.0/8, `::1`. */
export function isLoopbackHost({ name }: Host): boolean {
  return name === "localhost" || name.endsWith(".localhost") || isLoopbackAddress(name);
}

/** Whether the server answers to `host`. A list binds every server, the names of loopback only one that is bound there. */
export function isHostAllowed(host: Host, hosts: HostList, boundToLoopback: boolean): boolean {
  if (hosts.includes(host)) return true;
  return boundToLoopback ? isLoopbackHost(host) : hosts.isEmpty;
}
