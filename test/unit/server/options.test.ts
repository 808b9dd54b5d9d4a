import { createServer } from "node:http";
import { describe, expect, test } from "vitest";
import { resolveOptions } from "../../../src/server/options.ts";
import type { ServeOptions } from "../../../src/server/options.ts";

test("the defaults", () => {
  expect(resolveOptions({})).toMatchObject({
    openTimeout: 10_000,
    maxMessage: undefined,
    subprotocols: [],
    compression: {},
    maxConnections: Infinity,
    maxConnectionsPerAddress: Infinity,
    guard: undefined,
  });
});

test("compression can be set or switched off", () => {
  expect(resolveOptions({ compression: false }).compression).toBeUndefined();
  expect(resolveOptions({ compression: { level: 1 } }).compression).toEqual({ level: 1 });
  expect(() => resolveOptions({ compression: { serverMaxWindowBits: 7 } })).toThrow(RangeError);
});

test("any limit of a single connection needs a guard", () => {
  const none = { maxMessagesPerSecond: undefined, idleTimeout: undefined, maxLifetime: undefined };
  for (const name of ["maxMessagesPerSecond", "idleTimeout", "maxLifetime"] as const) {
    expect(resolveOptions({ [name]: 5 }).guard).toEqual({ ...none, [name]: 5 });
  }
});

describe("misuse is an error", () => {
  const server = createServer();
  const wrong: [string, ServeOptions, string][] = [
    ["two places to listen", { port: 1, path: "/x" }, "give one of"],
    ["a host for another's server", { host: "::", server }, "give one of"],
    ["a port for nowhere", { port: 1, listen: false }, "give one of"],
    ["TLS for another's server", { server, tls: {} }, "tls is for a server of our own"],
    ["a subprotocol that is no token", { subprotocols: ["a", "b c"] }, '"b c" is no token'],
    ["an empty subprotocol", { subprotocols: [""] }, '"" is no token'],
    ["a timeout of zero", { openTimeout: 0 }, "openTimeout is 0"],
    ["a limit that is no number", { maxConnections: Number.NaN }, "maxConnections is NaN"],
    ["a limit that is text", { idleTimeout: "5" as never }, 'idleTimeout is "5"'],
    ["a negative limit", { maxMessagesPerSecond: -1 }, "maxMessagesPerSecond is -1"],
    ["an option that there is not", { maxMesage: 1 } as object, 'did you mean "maxMessage"?'],
    ["one of compression", { compression: { treshold: 1 } as object }, '"threshold"?'],
    ["one of the keepalive", { keepalive: { intervall: 1 } as object }, '"interval"?'],
    ["no object", ["chat"] as object, "as an object"],
    ["a limit of no bytes", { maxMessage: 0 }, "maxMessage is 0"],
  ];
  test.each(wrong)("%s", (_name, options, message) => {
    expect(() => resolveOptions(options)).toThrow(message);
  });
});
