/**
 * Two ends of a real connection over loopback.
 *
 * @module
 */

import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";

/** `allowHalfOpen`: neither end ends by itself because the other one did. Destroy both when done. */
export async function tcpPair(allowHalfOpen = true): Promise<[Socket, Socket]> {
  const server = createServer({ allowHalfOpen, pauseOnConnect: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const a = connect({ port, host: "127.0.0.1", allowHalfOpen });
  const [[b]] = (await Promise.all([once(server, "connection"), once(a, "connect")])) as [
    [Socket],
    unknown,
  ];
  server.close();
  return [a, b];
}

/** Reads until `size` bytes have come, and returns them in hex. */
export async function readHex(socket: Socket, size: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length >= size) break;
  }
  return Buffer.concat(chunks).toString("hex");
}
