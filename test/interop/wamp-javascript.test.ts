import { describe, expect, test } from "vitest";
import { importPeer, requirePeer } from "../support/peers.ts";
import { cryptosign, ticket, wampcra, wampcraSecret } from "../../src/wamp/router/index.ts";
import type { Authenticator } from "../../src/wamp/router/index.ts";
import { report } from "./wamp-report.ts";
import { startApplication } from "./wamp-application.ts";
import { startWamp } from "./wamp-router.ts";

const available = requirePeer(
  "wampy and Autobahn for JavaScript",
  (await importPeer("wampy")) !== undefined && (await importPeer("autobahn")) !== undefined,
  "npm ci --prefix test/peers",
);

const role = "user";
const seed = "4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510";
const publicKey = "1adfc8bfe1d35616e64dffbd900096f23b066f914c8c2ffbb66f6075b96e116d";
const salting = { salt: "salt123", iterations: 1000, keylen: 32 };

async function authenticators(): Promise<Authenticator[]> {
  const secret = await wampcraSecret("pencil", salting);
  return [
    ticket({ principals: { joe: { ticket: "secret!!!", role } } }),
    wampcra({
      principals: { joe: { secret: "secret2", role }, ann: { secret, ...salting, role } },
    }),
    cryptosign({ principals: { joe: { publicKeys: [publicKey], role } } }),
  ];
}

const payload = ["häß", -1, 2.5, null, true, { nested: [1] }];
const common = {
  echo: [payload, { a: 1 }],
  nobody: "wamp.error.no_such_procedure",
  events: [
    ["com.event.first", ["one"]],
    ["com.event.last", ["three"]],
  ],
};
const anonymous = { authrole: "anonymous", authmethod: "anonymous" };
const wampy = {
  ...common,
  wildcard: ["com.wampy.some.any"],
  error: ["com.wampy.failed", ["why"], { code: 7 }],
  sessions: [2],
};
const autobahn = {
  ...common,
  wildcard: "com.js.some.any",
  error: ["com.js.failed", ["why"], { code: 7 }],
  result: "done",
  progress: [0, 1, 2],
  sessions: 3,
};

describe.runIf(available).each(["json", "msgpack", "cbor"])("over %s", (serializer) => {
  test("wampy takes part in a realm", async () => {
    await using server = await startWamp();
    expect(await report(process.execPath, "wampy-client.mjs", server.url, serializer)).toEqual({
      ...wampy,
      ...anonymous,
    });
  });

  test("Autobahn for JavaScript takes part in a realm", async () => {
    await using server = await startWamp();
    await startApplication(server.router);
    expect(await report(process.execPath, "autobahn-client.mjs", server.url, serializer)).toEqual({
      ...autobahn,
      ...anonymous,
    });
  });
});

describe.runIf(available).each([
  ["json", "ticket", "joe", "secret!!!"],
  ["json", "wampcra", "joe", "secret2"],
  ["json", "wampcra", "ann", "pencil"],
  ["json", "cryptosign", "joe", seed, publicKey],
  ["msgpack", "cryptosign", "joe", seed, publicKey],
  ["cbor", "wampcra", "ann", "pencil"],
])("over %s by %s as %s", (serializer, authmethod, ...proof) => {
  const authentication = { authrole: role, authmethod };

  test("wampy takes part in a realm", async () => {
    await using server = await startWamp({ authenticators: await authenticators() });
    const parameters = [server.url, serializer, authmethod, ...proof];
    expect(await report(process.execPath, "wampy-client.mjs", ...parameters)).toEqual({
      ...wampy,
      ...authentication,
    });
  });

  test("Autobahn for JavaScript takes part in a realm", async () => {
    await using server = await startWamp({ authenticators: await authenticators() });
    await startApplication(server.router);
    const parameters = [server.url, serializer, authmethod, ...proof];
    expect(await report(process.execPath, "autobahn-client.mjs", ...parameters)).toEqual({
      ...autobahn,
      ...authentication,
    });
  });
});

describe.runIf(available).each([
  ["ticket", "joe", "secret"],
  ["wampcra", "joe", "secret3"],
  ["wampcra", "ann", "pencils"],
  ["cryptosign", "joe", "00".repeat(32), publicKey],
])("with a wrong proof by %s as %s", (...proof) => {
  test.each(["wampy-client.mjs", "autobahn-client.mjs"])("%s is refused", async (program) => {
    await using server = await startWamp({ authenticators: await authenticators() });
    expect(await report(process.execPath, program, server.url, "json", ...proof)).toEqual({
      refused: "wamp.error.authentication_failed",
    });
  });
});
