import { describe, expect, test } from "vitest";
import { normalizeAddress } from "../../../src/node/address.ts";

describe("normalizeAddress", () => {
  test("spells an address in one way", () => {
    expect(normalizeAddress("10.0.0.1")).toBe("10.0.0.1");
    expect(normalizeAddress("::FFFF:10.0.0.1")).toBe("10.0.0.1");
    expect(normalizeAddress("FE80::1%eth0")).toBe("fe80::1");
    expect(normalizeAddress("2001:DB8::1")).toBe("2001:db8::1");
  });

  test("knows what is no address", () => {
    for (const text of ["", "unknown", "10.0.0", "10.0.0.256", "::g", "1.2.3.4:5", "[::1]"]) {
      expect(normalizeAddress(text), text).toBeUndefined();
    }
  });
});
