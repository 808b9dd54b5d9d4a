/**
 * The choice of a subprotocol (RFC 6455 section 1.9).
 *
 * @module
 */

/** The first of the server's subprotocols that the client offered; `undefined` if there is none. */
export function selectSubprotocol(
  offered: readonly string[],
  supported: readonly string[],
): string | undefined {
  return supported.find((name) => offered.includes(name));
}
