import { describe, expect, test } from "vitest";
import type { ProtocolEvent } from "../../../src/protocol/events.ts";
import type { Protocol } from "../../../src/protocol/protocol.ts";
import { bytes, open, output, ROLES, testPlatform, wire } from "./support.ts";

function data(protocol: Protocol): unknown[] {
  return protocol.events().map((event: ProtocolEvent) => ("data" in event ? event.data : event));
}

/** A frame, cut in two at `at`. */
function cut(frame: Uint8Array, at: number): [Uint8Array, Uint8Array] {
  return [frame.slice(0, at), frame.slice(at)];
}

describe.each(ROLES)("connections of a %s, which share what receives and sends", (role) => {
  test("each keep their place in a frame", () => {
    const frame = wire(role, "81 05 | 48 65 6c 6c 6f");
    for (let at = 1; at < frame.length; at++) {
      const [first, second] = [open(role), open(role)];
      const [head, rest] = cut(frame, at);
      first.receiveData(head.slice());
      expect(data(first)).toEqual([]);
      second.receiveData(wire(role, "81 02 | 68 69"));
      expect(data(second)).toEqual(["hi"]);
      first.receiveData(rest.slice());
      expect(data(first)).toEqual(["Hello"]);
    }
  });

  test("each keep their fragments, with a control frame between them", () => {
    const [first, second] = [open(role), open(role)];
    first.receiveData(wire(role, "01 01 | 41", "89 00 |"));
    expect(first.events().map(({ type }) => type)).toEqual(["ping"]);
    // Not a message inside another one's.
    second.receiveData(wire(role, "01 01 | 58"));
    expect(second.events()).toEqual([]);
    first.receiveData(wire(role, "80 01 | 42"));
    second.receiveData(wire(role, "80 01 | 59"));
    expect([data(first), data(second)]).toEqual([["AB"], ["XY"]]);
  });

  test("are not failed by the failure of another", () => {
    const [first, second] = [open(role), open(role)];
    first.receiveData(wire(role, "83 00 |"));
    expect(first.events()).toMatchObject([{ type: "failure" }]);
    second.receiveData(wire(role, "81 01 | 41"));
    expect(data(second)).toEqual(["A"]);
    first.receiveData(wire(role, "81 01 | 41"));
    expect(first.events()).toEqual([]);
  });

  test("get the pongs to their own pings", () => {
    const [first, second] = [open(role), open(role)];
    first.receiveData(wire(role, "89 01 | 31"));
    second.receiveData(wire(role, "89 01 | 32"));
    expect(second.readyBytes).toBe(first.readyBytes);
    expect(output(first).slice(0, 2)).toBe("8a");
    expect(output(second).slice(0, 2)).toBe("8a");
    expect([first.readyBytes, second.readyBytes]).toEqual([0, 0]);
  });

  test("each are in a message of their own", () => {
    const [first, second] = [open(role), open(role)];
    first.sendPart("a", true, false);
    output(first);
    second.sendMessage("b");
    output(second);
    expect(() => first.sendMessage("c")).toThrow("a message in parts is not finished");
    first.sendPart("d", true, true);
    first.sendMessage("e");
    expect(first.readyBytes).toBeGreaterThan(0);
  });

  test("are congested each on their own", () => {
    const [first, second] = [open(role), open(role)];
    first.congested = true;
    second.receiveData(wire(role, "89 00 |"));
    expect([first.congested, second.congested]).toEqual([true, false]);
    expect(second.readyBytes).toBeGreaterThan(0);
    first.receiveData(wire(role, "89 00 |"));
    expect(first.readyBytes).toBe(0);
    first.congested = false;
    expect(first.readyBytes).toBeGreaterThan(0);
  });

  test("have limits of their own", () => {
    const [first, second] = [open(role, { maxMessage: 1 }), open(role, { maxMessage: 2 })];
    for (const protocol of [first, second, first]) {
      protocol.receiveData(wire(role, "81 01 | 41"));
      expect(data(protocol)).toEqual(["A"]);
    }
    second.receiveData(wire(role, "81 02 | 41 42"));
    expect(data(second)).toEqual(["AB"]);
    first.receiveData(wire(role, "81 02 | 41 42"));
    expect(first.events()).toMatchObject([{ type: "failure" }]);
  });
});

test("a connection that begins while another one receives gets nothing of it", () => {
  let inner: Protocol | undefined;
  const outer = open("server", {
    platform: {
      ...testPlatform,
      decodeUtf8(...given) {
        inner ??= open("server", { platform: this });
        inner.receiveData(wire("server", "82 01 | 31"));
        return testPlatform.decodeUtf8(...given);
      },
    },
  });
  outer.receiveData(wire("server", "81 01 | 41", "81 01 | 42"));
  expect(data(outer)).toEqual(["A", "B"]);
  expect(data(inner as Protocol)).toEqual([bytes("31"), bytes("31")]);
});
