import { describe, expect, test } from "vitest";
import { findPython, requirePeer } from "../support/peers.ts";
import { startApplication } from "./wamp-application.ts";
import { report } from "./wamp-report.ts";
import { startWamp } from "./wamp-router.ts";

const python = findPython("autobahn");
const available = requirePeer(
  "Autobahn for Python",
  python !== undefined,
  "apt-get install python3-autobahn python3-cbor2 python3-u-msgpack",
);

describe.runIf(available)("Autobahn for Python", () => {
  test.each(["json", "msgpack", "cbor"])("takes part in a realm (%s)", async (serializer) => {
    await using server = await startWamp();
    await startApplication(server.router);
    expect(await report(python as string, "autobahn_client.py", server.url, serializer)).toEqual({
      serializer,
      realm: "realm1",
      echo: true,
      "remote echo": true,
      "remote error": ["com.node.failed", ["why"], { code: 7 }],
      "error of mine": ["com.example.failed", ["why"], { code: 7 }],
      "no such procedure": "wamp.error.no_such_procedure",
      wildcard: "com.python.wild.any.card",
      result: "done",
      progress: [0, 1, 2],
      "remote result": "done",
      "remote progress": [0, 1, 2],
      canceled: true,
      interrupted: true,
      timeout: "wamp.error.timeout",
      acknowledged: true,
      events: [
        ["com.event.one", ["first"], { n: 1 }],
        ["com.event.two", ["remote"], {}],
        ["com.event.three", ["last"], {}],
      ],
      retained: ["kept", true],
      sessions: 2,
      session: true,
      callees: 1,
    });
  });
});

const twisted = findPython("autobahn.twisted, cbor2");
const isTwisted = requirePeer(
  "Autobahn on Twisted",
  twisted !== undefined,
  "apt-get install python3-autobahn python3-twisted python3-cbor2",
);

describe.runIf(isTwisted)("Autobahn on Twisted", () => {
  test("takes part in a realm", async () => {
    await using server = await startWamp();
    await startApplication(server.router);
    expect(await report(twisted as string, "autobahn_twisted.py", server.url, "cbor")).toEqual({
      serializer: "cbor",
      echo: true,
      "remote echo": true,
      error: ["com.node.failed", ["why"], { code: 7 }],
      result: "done",
      progress: [0, 1, 2],
      timeout: "wamp.error.timeout",
      event: ["com.event.one", ["first"], { n: 1 }],
    });
  });
});
