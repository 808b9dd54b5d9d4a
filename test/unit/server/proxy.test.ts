import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HttpHeaders } from "../../../src/http/headers.ts";
import { isForwarded, TrustedProxies } from "../../../src/server/proxy.ts";
import type { Peer } from "../../../src/server/proxy.ts";

const DIRECT: Peer = { address: "10.0.0.1", host: "internal:8080", secure: false };

function resolve(trust: readonly string[], headers: Record<string, string>, direct = DIRECT): Peer {
  return new TrustedProxies(trust).resolve(direct, new HttpHeaders(Object.entries(headers).flat()));
}

describe("a proxy that is not trusted", () => {
  test("is not believed", () => {
    const headers = {
      "X-Forwarded-For": "192.0.2.1",
      "X-Forwarded-Proto": "https",
      "X-Forwarded-Host": "example.com",
    };
    for (const trust of [[], ["10.0.0.2"], ["loopback", "unix"], ["11.0.0.0/8"]]) {
      expect(resolve(trust, headers)).toEqual(DIRECT);
    }
  });
});

describe("a trusted proxy", () => {
  test("is believed about address, scheme and host", () => {
    const headers = {
      "X-Forwarded-For": "192.0.2.1",
      "X-Forwarded-Proto": "HTTPS",
      "X-Forwarded-Host": "example.com",
    };
    const client = { address: "192.0.2.1", host: "example.com", secure: true };
    expect(resolve(["10.0.0.1"], headers)).toEqual(client);
    expect(resolve(["10.0.0.0/8"], headers)).toEqual(client);
    expect(resolve(["loopback"], headers, { ...DIRECT, address: "127.0.0.1" })).toEqual(client);
    expect(resolve(["unix"], headers, { ...DIRECT, address: undefined })).toEqual(client);
  });

  test("that says nothing changes nothing", () => {
    const direct = { ...DIRECT, secure: true };
    expect(resolve(["10.0.0.1"], {}, direct)).toEqual(direct);
    expect(resolve(["10.0.0.1"], { "X-Forwarded-For": " , " }, direct)).toEqual(direct);
  });

  test("that got the request without TLS says so", () => {
    const direct = { ...DIRECT, secure: true };
    expect(resolve(["10.0.0.1"], { "X-Forwarded-Proto": "http" }, direct).secure).toBe(false);
  });

  test("is not taken in by what the client wrote to the left", () => {
    const spoofed = { "X-Forwarded-For": "127.0.0.1, 198.51.100.9, 192.0.2.1" };
    expect(resolve(["10.0.0.1"], spoofed).address).toBe("192.0.2.1");
    const several = {
      "X-Forwarded-Host": "evil.example, example.com",
      "X-Forwarded-Proto": "https,http",
    };
    expect(resolve(["10.0.0.1"], several)).toMatchObject({ host: "example.com", secure: false });
  });

  test("may stand behind others that are trusted", () => {
    const headers = { "X-Forwarded-For": "198.51.100.9, 192.0.2.1, 10.0.0.3, 10.0.0.2" };
    expect(resolve(["10.0.0.0/24"], headers).address).toBe("192.0.2.1");
    expect(resolve(["10.0.0.1", "10.0.0.2"], headers).address).toBe("10.0.0.3");
    expect(resolve(["10.0.0.0/24"], { "X-Forwarded-For": "10.0.0.9, 10.0.0.2" }).address).toBe(
      "10.0.0.9",
    );
  });

  test("may add a port, and brackets", () => {
    const address = (text: string): unknown =>
      resolve(["10.0.0.1"], { "X-Forwarded-For": text }).address;
    expect(address("192.0.2.1:5555")).toBe("192.0.2.1");
    expect(address("[2001:db8::1]:5555")).toBe("2001:db8::1");
    expect(address("2001:DB8::1")).toBe("2001:db8::1");
    expect(address("::ffff:192.0.2.1")).toBe("192.0.2.1");
  });

  test("that names no address is the last that is known", () => {
    const address = (text: string): unknown =>
      resolve(["10.0.0.1"], { "X-Forwarded-For": text }).address;
    for (const text of ["unknown", "_hidden", "192.0.2.1, unknown", "192.0.2.1, ;"]) {
      expect(address(text), text).toBe("10.0.0.1");
    }
  });

  test("can send anything without making it throw", () => {
    const proxies = new TrustedProxies(["loopback", "unix", "10.0.0.0/8", "::/0"]);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const headers = new HttpHeaders(["X-Forwarded-For", text, "X-Forwarded-Host", text]);
        expect(proxies.resolve(DIRECT, headers).address).toBeTypeOf("string");
      }),
    );
  });
});

test("an entry that is no address is an error", () => {
  expect(() => new TrustedProxies(["proxy.example"])).toThrow(
    "is neither an IP address nor a CIDR block",
  );
});

test("any of the three headers says that there is a proxy", () => {
  for (const name of ["X-Forwarded-For", "x-forwarded-proto", "X-Forwarded-Host"]) {
    expect(isForwarded(new HttpHeaders([name, "x"])), name).toBe(true);
  }
  expect(isForwarded(new HttpHeaders(["X-Forwarded-Port", "80"]))).toBe(false);
});
