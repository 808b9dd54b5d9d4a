import { expect, test } from "vitest";

import { pair } from "fullduplex/testing";
import { receive } from "../../../src/cli/receive.ts";

test.each([1000, 1011])(
  "every message comes, to the last, when the peer closes with %i",
  async (code) => {
    const [connection, peer] = pair();
    await peer.send("one");
    await peer.send("two");
    void peer.close(code);
    const messages: unknown[] = [];
    await receive(connection, (message) => void messages.push(message));
    expect(messages).toEqual(["one", "two"]);
  },
);

test("what the receiver throws is passed on", async () => {
  const [connection, peer] = pair();
  await peer.send("one");
  const failing = receive(connection, () => Promise.reject(new Error("no room")));
  await expect(failing).rejects.toThrow("no room");
  connection.terminate();
});
