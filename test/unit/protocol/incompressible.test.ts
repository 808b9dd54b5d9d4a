import { expect, test } from "vitest";
import { bytes, invertingCodec, open, wire } from "./support.ts";

const LIMIT = 64;

/** A message of the longest size that compression made longer. */
function receiveLonger(length: number): ReturnType<typeof open> {
  const decompress = (data: Uint8Array): Uint8Array => data.subarray(0, LIMIT);
  const protocol = open("client", { maxMessage: LIMIT, codec: invertingCodec({ decompress }) });
  protocol.receiveData(wire("client", `c2 ${length.toString(16)} | ${"00".repeat(length - 1)}`));
  return protocol;
}

test("a message of the longest size is received though compression made it longer", () => {
  const protocol = receiveLonger(LIMIT + 6);
  protocol.receiveParts(true);
  protocol.receiveParts(false);
  expect(protocol.events()).toEqual([]);
  protocol.receiveData(bytes("00"));
  expect(protocol.events()).toEqual([{ type: "message", data: new Uint8Array(LIMIT) }]);
});

test("a compressed message that can't be within the limit is refused with its first frame", () => {
  const [failure] = receiveLonger(LIMIT + LIMIT / 8 + 1).events();
  expect(failure).toMatchObject({ type: "failure", error: { closeCode: 1009, limit: LIMIT } });
});
