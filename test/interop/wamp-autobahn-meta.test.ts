/** What our router does beside passing messages on, used by Autobahn for Python. */

import { describe, expect, test } from "vitest";
import { findPython, requirePeer } from "../support/peers.ts";
import { report } from "./wamp-report.ts";
import { startWamp } from "./wamp-router.ts";

const python = findPython("autobahn, cbor2, umsgpack");
const available = requirePeer(
  "Autobahn for Python",
  python !== undefined,
  "apt-get install python3-autobahn python3-cbor2 python3-u-msgpack",
);

describe.runIf(available)("Autobahn for Python", () => {
  test.each(["json", "msgpack", "cbor"])("uses the meta API (%s)", async (serializer) => {
    await using server = await startWamp();
    expect(await report(python as string, "autobahn_meta.py", server.url, serializer)).toEqual({
      session: [
        true,
        true,
        ["authid", "authmethod", "authprovider", "authrole", "session"],
        "anonymous",
      ],
      list: true,
      counts: [2, 2, 0],
      killed: "com.killed",
      left: [true, "anonymous"],
      "no such session": "wamp.error.no_such_session",
      created: "com.meta..any",
      registration: [["com.meta..any", "wildcard", "single"], true, true, null, true, true],
      unregistered: "wamp.error.no_such_registration",
      subscription: [["com.meta", "prefix"], true, true, true, 1],
      unsubscribed: "wamp.error.no_such_subscription",
      testaments: [
        [["detached"], {}],
        [["last", "will"], { n: 1 }],
      ],
      history: [
        [[1], { n: 1 }],
        [[2], { n: 2 }],
      ],
      limited: true,
      after: [[2], [3]],
      "no history": "wamp.error.history_unavailable",
      reason: "wamp.close.goodbye_and_out",
    });
  });
});
