import { describe, expect, test } from "vitest";
import type { Protocol } from "../../../src/protocol/protocol.ts";
import { invertingCodec, letters, open, ROLES, wire } from "./support.ts";

const LIMIT = 4;

/** The types of what came out, with the length of the data. */
function events(protocol: Protocol): string[] {
  return protocol.events().map((event) => {
    return "data" in event ? `${event.type} ${event.data.length}` : event.type;
  });
}

describe.each(ROLES)("a %s that read one message in parts", (role) => {
  /** The end of that message, and the beginning of one that is longer than the limit. */
  function follow(payload: string): Protocol {
    const protocol = open(role, { maxMessage: LIMIT });
    protocol.receiveParts(true);
    const next = wire(role, `02 0a | ${letters(10)}`);
    const kept = next.length - 10 + payload.length / 2;
    protocol.receiveData(Uint8Array.from([...wire(role, "82 01 | 41"), ...next.subarray(0, kept)]));
    return protocol;
  }

  test("can read a long one in parts that came in the same chunk", () => {
    const protocol = follow(letters(LIMIT));
    expect(events(protocol)).toEqual(["part 1"]);
    protocol.receiveParts(true);
    expect(events(protocol)).toEqual([`part ${LIMIT}`]);
  });

  test("refuses one by what it would have to keep", () => {
    const protocol = follow(letters(LIMIT + 1));
    expect(events(protocol)).toEqual(["part 1", "failure"]);
  });

  test("refuses a compressed one by what it claims", () => {
    const protocol = open(role, { maxMessage: LIMIT, codec: invertingCodec() });
    protocol.receiveParts(true);
    protocol.receiveData(wire(role, "82 01 | 41", `c2 0a | ${letters(10)}`));
    expect(events(protocol)).toEqual(["part 1", "failure"]);
  });
});

test("who never read one in parts refuses a long one by what it claims", () => {
  const protocol = open("client", { maxMessage: LIMIT });
  protocol.receiveData(wire("client", `82 0a | ${letters(10)}`).subarray(0, 2));
  expect(events(protocol)).toEqual(["failure"]);
});
