/**
 * Names and addresses of this machine.
 *
 * @module
 */

const LOOPBACK = /^(?:(?:[a-z0-9-]+\.)*localhost|127(?:\.\d{1,3}){3}|::1)$/;

/** Whether a server that is told to bind to `host` can be reached from this machine alone. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host.toLowerCase());
}

/**
 * Whether a Host header names this machine by a name of loopback. A page whose own name was made to resolve to this
 * machine (DNS rebinding) sends that name, and is to read nothing here.
 */
export function isLoopbackHeader(header: string | undefined): boolean {
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::\d{1,5})?$/.exec(header ?? "");
  return match !== null && isLoopback(match[1] ?? match[2] ?? "");
}

/** The address for a browser of a server at `url` (`ws:`). */
export function browserUrl(url: string): string {
  const address = new URL(url);
  // The wildcard addresses are for binding; connecting to them works on some systems only.
  if (["0.0.0.0", "[::]"].includes(address.hostname)) address.hostname = "localhost";
  return `http://${address.host}/`;
}
