/**
 * Which hosts a server answers to.
 *
 * A page that a browser got from an attacker's name can be made to resolve to this machine (DNS rebinding); what gives
 * it away is the Host header. So a server that is bound to loopback answers only to names of loopback, and to those
 * that it was given.
 *
 * @module
 */

import { parseHost } from "../http/host.ts";
import type { Host } from "../http/host.ts";
import { isLoopbackAddress } from "./address.ts";

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
