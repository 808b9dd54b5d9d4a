/** Autobahn's RawSocket clients at our router. */

import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { cbor } from "../../src/wamp/cbor/index.ts";
import { json } from "../../src/wamp/client/index.ts";
import { msgpack } from "../../src/wamp/msgpack/index.ts";
import { serveRawSocket } from "../../src/wamp/rawsocket/index.ts";
import type { RawSocketServer } from "../../src/wamp/rawsocket/index.ts";
import { anonymous, createRouter } from "../../src/wamp/router/index.ts";
import { findPython, requirePeer } from "../support/peers.ts";
import { root } from "../support/project.ts";
import { run } from "../support/run.ts";
import { scratchFolder } from "../support/scratch.ts";

const script = join(root, "test", "interop", "peers", "wamp_rawsocket_client.py");
const folder = scratchFolder();
const python = findPython("autobahn, cbor2, msgpack");
const available = requirePeer(
  "Autobahn",
  python !== undefined,
  "apt-get install python3-autobahn python3-cbor2 python3-u-msgpack",
);

async function start(place: { path?: string }): Promise<RawSocketServer> {
  const authorizer = { authorize: () => ({ allow: true }) };
  const router = createRouter({
    realms: { realm1: { authenticators: [anonymous()], authorizer } },
    serializers: [json, msgpack, cbor],
  });
  const { subprotocols } = router;
  const server = await serveRawSocket(router.handler, { ...place, subprotocols });
  onTestFinished(async () => {
    await router.close();
    await server.close();
  });
  return server;
}

describe.runIf(available).each(["json", "msgpack", "cbor"])("Autobahn with %s", (serializer) => {
  test.each(["tcp", "unix"])("calls and publishes over %s", async (kind) => {
    const path = join(folder, `${serializer}.sock`);
    const { address } = await start(kind === "unix" ? { path } : {});
    const place = kind === "unix" ? [path] : [String(address.host), String(address.port)];
    const parameters = [script, serializer, kind, ...place];
    const { code, stdout, stderr } = await run(python as string, parameters, { timeout: 30_000 });
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      result: [["eßürg"], { n: 1 }],
      bytes: true,
      large: true,
      error: "wamp.error.no_such_procedure",
      event: [["hello"], { n: 2 }],
    });
  });
});

const twisted = findPython("autobahn.twisted");

describe.runIf(
  requirePeer("Autobahn on Twisted", twisted !== undefined, "apt-get install python3-autobahn"),
)("Autobahn on Twisted", () => {
  test("calls, and leaves", async () => {
    const { address } = await start({});
    const parameters = [String(address.host), String(address.port)];
    const { code, stdout, stderr } = await run(
      twisted as string,
      [join(root, "test", "interop", "peers", "wamp_rawsocket_twisted.py"), ...parameters],
      { timeout: 30_000 },
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toBe("5\n");
  });
});
