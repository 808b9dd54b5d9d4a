import { describe, expect, test } from "vitest";
import { addressGroup, AddressSet, isLoopbackAddress } from "../../../src/server/address.ts";

describe("AddressSet", () => {
  test("holds addresses and blocks of both families", () => {
    const set = new AddressSet();
    for (const entry of ["192.0.2.7", "10.0.0.0/8", "2001:db8::/32", "::1"]) set.add(entry);
    for (const address of ["192.0.2.7", "10.255.0.1", "2001:db8:ffff::1", "::1"]) {
      expect(set.has(address), address).toBe(true);
    }
    for (const address of ["192.0.2.8", "11.0.0.1", "2001:db9::1", "::2", "127.0.0.1"]) {
      expect(set.has(address), address).toBe(false);
    }
  });

  test("refuses what is neither", () => {
    const set = new AddressSet();
    for (const entry of [
      "",
      "localhost",
      "10.0.0.0/33",
      "10.0.0.0/",
      "10.0.0.0/8/8",
      "::/129",
      "10.0.0.0/-1",
    ]) {
      expect(() => set.add(entry), entry).toThrow("is neither an IP address nor a CIDR block");
    }
  });
});

test("loopback is 127.0.0.0/8 and ::1, also when mapped", () => {
  for (const address of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) {
    expect(isLoopbackAddress(address), address).toBe(true);
  }
  for (const address of ["128.0.0.1", "0.0.0.0", "::", "localhost", ""]) {
    expect(isLoopbackAddress(address), address).toBe(false);
  }
});

describe("addressGroup", () => {
  test("is the address for IPv4", () => {
    expect(addressGroup("192.0.2.7")).toBe("192.0.2.7");
  });

  test("is the /64 for IPv6, however the address is written", () => {
    expect(addressGroup("2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1:2");
    expect(addressGroup("2001:0db8:0001:0002::6")).toBe("2001:db8:1:2");
    expect(addressGroup("2001:db8::6")).toBe("2001:db8:0:0");
    expect(addressGroup("::1")).toBe("0:0:0:0");
    expect(addressGroup("::")).toBe("0:0:0:0");
    expect(addressGroup("2001:db8:1:2:3::")).toBe("2001:db8:1:2");
    expect(addressGroup("64:ff9b::192.0.2.1")).toBe("64:ff9b:0:0");
    expect(addressGroup("1:2:3:4:5:6:192.0.2.1")).toBe("1:2:3:4");
  });
});
