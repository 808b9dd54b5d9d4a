import { describe, expect, test } from "vitest";
import { PreparedMessage, prepare } from "../../../src/connection/prepared-message.ts";
import { broadcast } from "../../../src/server/broadcast.ts";
import { pair } from "../../../src/testing/pair.ts";

function pairs(count: number) {
  const all = Array.from({ length: count }, () => pair());
  return { ours: all.map(([a]) => a), theirs: all.map(([, b]) => b) };
}

describe("broadcast", () => {
  test("sends to every connection but one", async () => {
    const { ours, theirs } = pairs(3);
    broadcast(ours, "to all");
    broadcast(ours, "to some", { except: ours[0] });
    broadcast(ours, Uint8Array.of(0x41), { text: true });
    expect(await theirs[0]?.recv()).toBe("to all");
    expect(await theirs[0]?.recv()).toBe("A");
    for (const peer of theirs.slice(1)) {
      expect(await peer.recv()).toBe("to all");
      expect(await peer.recv()).toBe("to some");
      expect(await peer.recv()).toBe("A");
    }
  });

  test("makes the message ready once, and takes one that is", () => {
    const sent: unknown[] = [];
    const { ours } = pairs(2);
    for (const connection of ours) {
      connection.send = async (message) => void sent.push(message);
    }
    broadcast(ours, "x");
    expect(sent[0]).toBeInstanceOf(PreparedMessage);
    expect(sent[1]).toBe(sent[0]);
    const prepared = prepare("y");
    broadcast(ours, prepared);
    expect(sent.slice(2)).toEqual([prepared, prepared]);
    expect(sent[2]).toBe(prepared);
  });

  test("passes over a connection that is closing, closed, or closes meanwhile", async () => {
    const { ours, theirs } = pairs(4);
    void ours[0]?.close();
    ours[1]?.terminate();
    await ours[1]?.closed;
    broadcast(ours, "x");
    ours[2]?.terminate();
    expect(await theirs[3]?.recv()).toBe("x");
    expect(ours.map(({ state }) => state)[3]).toBe("open");
  });

  test("refuses what is no message at once", () => {
    expect(() => broadcast([], 1 as unknown as string)).toThrow(TypeError);
  });
});
