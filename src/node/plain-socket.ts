/**
 * Which streams are sockets of the system, whose bytes go to the kernel as they are.
 *
 * @module
 */

import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";

/** Whether `stream` is a TCP or Unix socket without TLS: what it writes, the kernel mostly takes at once. */
export function isPlainSocket(stream: Duplex): stream is Socket {
  return stream instanceof Socket && !(stream instanceof TLSSocket);
}
