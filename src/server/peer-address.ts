/**
 * The address of the peer of a socket, without what `Socket.remoteAddress` keeps at the socket for as long as it lives.
 *
 * @module
 */

import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** Where Node's sockets get it from themselves. */
interface NativeSocket {
  getpeername?: (into: { address?: string }) => number;
}

/** The latest, because behind a proxy all have the same. */
let latest: string | undefined;

/** `undefined` for a Unix socket, for a socket whose peer is gone, and for streams that are no sockets. */
export function addressOfPeer(socket: Duplex): string | undefined {
  const { _handle: handle } = socket as { readonly _handle?: NativeSocket | null };
  if (typeof handle?.getpeername !== "function") return (socket as Partial<Socket>).remoteAddress;
  const peer: { address?: string } = {};
  handle.getpeername(peer);
  // (Equal, but not the same string.)
  if (latest !== peer.address) latest = peer.address;
  return latest;
}
