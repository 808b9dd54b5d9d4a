import { describe, expect, test } from "vitest";
import { ConnectionLimits, Slot } from "../../../src/server/limits.ts";

function take(limits: ConnectionLimits, address?: string): Slot {
  const slot = limits.take(address);
  if (!(slot instanceof Slot)) throw new Error(`refused with ${slot.status}`);
  return slot;
}

describe("the limit on connections in all", () => {
  test("answers 503 with Retry-After beyond it, and gives places back once", () => {
    const limits = new ConnectionLimits(2, Infinity);
    const first = take(limits, "192.0.2.1");
    take(limits, undefined);
    expect(limits.take("192.0.2.2")).toEqual({
      status: 503,
      headers: [["Retry-After", "5"]],
      message: "There are too many connections.",
    });
    first.release();
    first.release();
    take(limits, "192.0.2.3");
    expect(limits.take("192.0.2.4")).toMatchObject({ status: 503 });
  });
});

describe("the limit on connections of an address", () => {
  test("answers 429 with Retry-After beyond it, whoever else connects", () => {
    const limits = new ConnectionLimits(Infinity, 1);
    const slot = take(limits, "192.0.2.1");
    expect(limits.take("192.0.2.1")).toEqual({
      status: 429,
      headers: [["Retry-After", "5"]],
      message: "There are too many connections from this address.",
    });
    take(limits, "192.0.2.2");
    slot.release();
    take(limits, "192.0.2.1");
  });

  test("counts the addresses of one IPv6 network together", () => {
    const limits = new ConnectionLimits(Infinity, 1);
    take(limits, "2001:db8::1");
    expect(limits.take("2001:db8::ffff")).toMatchObject({ status: 429 });
    take(limits, "2001:db8:0:1::1");
  });

  test("does not concern those without one, on a Unix socket", () => {
    const limits = new ConnectionLimits(Infinity, 1);
    take(limits, undefined);
    take(limits, undefined);
  });
});

test("a handshake that is refused for its address takes no place", () => {
  const limits = new ConnectionLimits(2, 1);
  take(limits, "192.0.2.1");
  for (let time = 0; time < 5; time++) limits.take("192.0.2.1");
  take(limits, "192.0.2.2");
});
