import { describe, expect, test } from "vitest";
import { tls } from "../../../../../src/wamp/router/authentication/tls.ts";
import { introduction } from "../../../../support/wamp-authentication.ts";

const REFUSED = { type: "refuse", reason: "wamp.error.authentication_failed" };

describe("a certificate", () => {
  const pump = { authid: "pump-7", role: "device" };
  const certificate = { fingerprint256: "AB:CD:01", subject: { CN: "pump-7", O: "Example" } };
  const request = { tls: { authorized: true, peerCertificate: certificate } };
  const accepted = {
    type: "accept",
    principal: { authid: "pump-7", authrole: "device", authmethod: "tls", authprovider: "static" },
  };

  test.each([
    ["fingerprint", { fingerprints: { "AB:CD:01": pump } }],
    ["fingerprint without colons", { fingerprints: { abcd01: pump } }],
    ["common name", { commonNames: { "pump-7": pump } }],
    ["common name in a map", { commonNames: new Map([["pump-7", pump]]) }],
  ])("is known by its %s", async (_, options) => {
    expect(await tls(options).begin(introduction({}, request))).toMatchObject(accepted);
  });

  test("is looked at by a function", async () => {
    const method = tls({
      find: async ({ certificate: { subject } }) =>
        subject["O"] === "Example" ? { authid: String(subject["CN"]), role: "device" } : null,
    });
    expect(await method.begin(introduction({}, request))).toMatchObject({
      type: "accept",
      principal: { authid: "pump-7", authprovider: "dynamic" },
    });
    const other = { tls: { authorized: true, peerCertificate: { ...certificate, subject: {} } } };
    expect(await method.begin(introduction({}, other))).toEqual(REFUSED);
  });

  test("that nobody knows is refused, whatever it is called", async () => {
    const options = { commonNames: { other: pump }, fingerprints: { "00": pump } };
    for (const CN of ["pump-7", "__proto__", "constructor", ["other", "pump-7"]]) {
      const peerCertificate = { ...certificate, subject: { CN } };
      const other = { tls: { authorized: true, peerCertificate } };
      expect(await tls(options).begin(introduction({}, other))).toEqual(REFUSED);
    }
  });

  test("of somebody else than the client says it is", async () => {
    const method = tls({ commonNames: { "pump-7": pump } });
    expect(await method.begin(introduction({ authid: "pump-8" }, request))).toEqual(REFUSED);
    expect(await method.begin(introduction({ authid: "pump-7" }, request))).toMatchObject(accepted);
    expect(await method.begin(introduction({ authrole: "root" }, request))).toEqual({
      type: "refuse",
      reason: "wamp.error.no_such_role",
    });
  });

  test.each([
    ["in memory", undefined],
    ["without TLS", {}],
    ["without a certificate", { tls: { authorized: false, peerCertificate: undefined } }],
    ["that isn't signed by a `ca`", { tls: { authorized: false, peerCertificate: certificate } }],
  ])("isn't there %s", async (_, other) => {
    const method = tls({ commonNames: { "pump-7": pump } });
    expect(await method.begin(introduction({}, other))).toEqual({ type: "skip" });
  });
});
