/** What Autobahn for JavaScript has of the advanced profile, at our router. */

import { describe, expect, test } from "vitest";
import { importPeer, requirePeer } from "../support/peers.ts";
import { startApplication } from "./wamp-application.ts";
import { report } from "./wamp-report.ts";
import { startWamp } from "./wamp-router.ts";

const available = requirePeer(
  "Autobahn for JavaScript",
  (await importPeer("autobahn")) !== undefined,
  "npm ci --prefix test/peers",
);

describe.runIf(available)("Autobahn for JavaScript", () => {
  test.each(["json", "msgpack", "cbor"])(
    "uses the advanced profile over %s",
    async (serializer) => {
      await using server = await startWamp();
      await startApplication(server.router);
      const parameters = [server.url, serializer];
      expect(await report(process.execPath, "autobahn-features.mjs", ...parameters)).toEqual({
        timeout: "wamp.error.timeout",
        canceled: "com.node.interrupted",
        // (One of them for the timeout.)
        interruptions: 2,
        disclosed: true,
        undisclosed: "nobody",
        // (As a callee it doesn't announce that it can be canceled, and is not asked for progress therefore.)
        who: [true, "anonymous", true],
        events: [
          ["all", false],
          ["eligible", false],
          ["eligible by authid", false],
          ["eligible by role", false],
          ["disclosed", true],
          ["for itself", false],
        ],
        retained: ["kept", true],
        unregistered: ["com.why", false],
        revoked: "wamp.error.no_such_procedure",
        unsubscribed: ["com.why", false],
        shared: ["one", "other", "one", "other"],
        twice: "wamp.error.procedure_already_exists",
        "no such procedure": "wamp.error.no_such_procedure",
      });
    },
  );
});
