import { Socket } from "node:net";
import { duplexPair } from "node:stream";
import { expect, test } from "vitest";
import { addressOfPeer } from "../../../src/server/peer-address.ts";
import { tcpPair } from "../node/support/tcp-pair.ts";

test("it is that of the socket, which then doesn't keep it", async () => {
  const [a, b] = await tcpPair();
  try {
    for (let times = 0; times < 2; times++) expect(addressOfPeer(a)).toBe("127.0.0.1");
    expect(a).not.toHaveProperty("_peername");
    expect(a.remoteAddress).toBe("127.0.0.1");
  } finally {
    a.destroy();
    b.destroy();
  }
  expect(addressOfPeer(a)).toBe(a.remoteAddress);
});

test("there is none of a peer that is gone, and of what is no socket", () => {
  expect(addressOfPeer(new Socket())).toBeUndefined();
  expect(addressOfPeer(duplexPair()[0])).toBeUndefined();
  const gone = { _handle: { getpeername: () => -1 } };
  expect(addressOfPeer(gone as unknown as Socket)).toBeUndefined();
});
