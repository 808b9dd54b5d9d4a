import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as browser from "../../src/client/browser/index.ts";
import * as channelsClient from "../../src/channels/client/index.ts";
import * as channels from "../../src/channels/server/index.ts";
import * as ddp from "../../src/ddp/client/index.ts";
import * as ddpPostgres from "../../src/ddp/postgres/index.ts";
import * as ddpServer from "../../src/ddp/server/index.ts";
import * as node from "../../src/client/node/index.ts";
import * as engine from "../../src/engine/index.ts";
import * as protocol from "../../src/protocol/index.ts";
import * as server from "../../src/server/index.ts";
import * as testing from "../../src/testing/index.ts";
import * as cbor from "../../src/wamp/cbor/index.ts";
import * as wamp from "../../src/wamp/client/index.ts";
import * as conformance from "../../src/wamp/conformance/index.ts";
import * as msgpack from "../../src/wamp/msgpack/index.ts";
import * as rawSocket from "../../src/wamp/rawsocket/index.ts";
import * as router from "../../src/wamp/router/index.ts";
import { codeEntries, root } from "../support/project.ts";

/** A name that comes or goes here is a change for the users of the package: it belongs in CHANGELOG.md. */

test("every entry is pinned here", () => {
  expect(codeEntries().map(([name]) => name)).toEqual([
    "fullduplex",
    "fullduplex/server",
    "fullduplex/protocol",
    "fullduplex/engine",
    "fullduplex/channels",
    "fullduplex/channels/server",
    "fullduplex/wamp",
    "fullduplex/wamp/router",
    "fullduplex/wamp/msgpack",
    "fullduplex/wamp/cbor",
    "fullduplex/wamp/rawsocket",
    "fullduplex/wamp/conformance",
    "fullduplex/ddp",
    "fullduplex/ddp/server",
    "fullduplex/ddp/postgres",
    "fullduplex/testing",
  ]);
});

test("fullduplex exports these names", () => {
  expect(Object.keys(node).toSorted()).toMatchInlineSnapshot(`
    [
      "CloseCode",
      "ClosedError",
      "FullduplexError",
      "HandshakeError",
      "LimitError",
      "ProtocolError",
      "StateError",
      "TimeoutError",
      "connect",
      "prepare",
      "reconnecting",
    ]
  `);
});

test("fullduplex exports the same names in a browser", () => {
  expect(Object.keys(browser).toSorted()).toEqual(Object.keys(node).toSorted());
});

test("fullduplex exports the same types in a browser, but for what only Node has", () => {
  const inBrowser = exportedNames("src/client/browser/index.ts");
  const inNode = exportedNames("src/client/node/index.ts");
  expect(inBrowser).toContain("ConnectOptions");
  expect(inBrowser.filter((name) => !inNode.includes(name))).toEqual([]);
  expect(inNode.filter((name) => !inBrowser.includes(name))).toEqual([
    "TlsFacts",
    "CompressionOptions",
  ]);
});

test("fullduplex/server exports these names", () => {
  expect(Object.keys(server).toSorted()).toMatchInlineSnapshot(`
    [
      "basicAuth",
      "bearerAuth",
      "broadcast",
      "httpListener",
      "safeEqual",
      "serve",
    ]
  `);
});

test("fullduplex/protocol exports these names", () => {
  expect(Object.keys(protocol).toSorted()).toMatchInlineSnapshot(`
    [
      "CloseCode",
      "FullduplexError",
      "HandshakeError",
      "HttpHeaders",
      "LimitError",
      "Protocol",
      "ProtocolError",
      "StateError",
      "acceptDeflate",
      "acceptHeaders",
      "acceptKey",
      "confirmDeflate",
      "encodeBase64",
      "frameMessage",
      "isCloseCode",
      "offerDeflate",
      "parseExtensions",
      "readUpgrade",
      "selectSubprotocol",
      "upgradeHeaders",
      "verifyAcceptance",
      "webPlatform",
    ]
  `);
});

test("fullduplex/testing exports these names", () => {
  expect(Object.keys(testing).toSorted()).toMatchInlineSnapshot(`
    [
      "FakeClock",
      "pair",
    ]
  `);
});

/** The names that an entry exports, types too: an entry is nothing but lists of names. */
function exportedNames(file: string): string[] {
  const lists = readFileSync(join(root, file), "utf8").matchAll(/^export (?:type )?\{([^}]*)\}/gm);
  return [...lists]
    .flatMap(([, list = ""]) => list.split(","))
    .map((item) =>
      item
        .trim()
        .replace(/^type /, "")
        .replace(/^.* as /, ""),
    )
    .filter((name) => name !== "");
}

test("fullduplex/engine exports these names", () => {
  expect(Object.keys(engine)).toEqual(["memoryEngine"]);
});

test("fullduplex/channels exports these names", () => {
  expect(Object.keys(channelsClient).toSorted()).toEqual(["ChannelError", "channelsClient"]);
});

test("fullduplex/channels/server exports these names", () => {
  expect(Object.keys(channels).toSorted()).toEqual([
    "ChannelError",
    "DisconnectError",
    "createApi",
    "createChannels",
    "eventSender",
    "httpHooks",
    "tokenVerifier",
    "verifySignature",
  ]);
});

test("fullduplex/wamp exports these names", () => {
  expect(Object.keys(wamp).toSorted()).toMatchInlineSnapshot(`
    [
      "WampError",
      "WampResult",
      "anonymous",
      "cookie",
      "cryptosign",
      "joinRealm",
      "json",
      "scram",
      "ticket",
      "tls",
      "wampClient",
      "wampcra",
    ]
  `);
});

test("fullduplex/wamp/router exports these names", () => {
  expect(Object.keys(router).toSorted()).toMatchInlineSnapshot(`
    [
      "allowAll",
      "anonymous",
      "askFunction",
      "askProcedure",
      "byProcedure",
      "cookie",
      "createHttpBridge",
      "createRouter",
      "cryptosign",
      "inSteps",
      "limitAttempts",
      "permissions",
      "scram",
      "scramCredentials",
      "ticket",
      "tls",
      "wampcra",
      "wampcraSecret",
    ]
  `);
});

test("the entries beside them export these names", () => {
  expect(Object.keys(msgpack)).toEqual(["msgpack"]);
  expect(Object.keys(cbor)).toEqual(["cbor"]);
  expect(Object.keys(rawSocket).toSorted()).toEqual(["connectRawSocket", "serveRawSocket"]);
  expect(Object.keys(conformance).toSorted()).toMatchInlineSnapshot(`
    [
      "differences",
      "loadCases",
      "runConformance",
      "summarize",
      "tally",
    ]
  `);
});

test("fullduplex/ddp exports these names", () => {
  expect(Object.keys(ddp).toSorted()).toMatchInlineSnapshot(`
    [
      "DdpError",
      "EJSON",
      "ObjectId",
      "Random",
      "ddpClient",
      "passwordCredentials",
    ]
  `);
});

test("fullduplex/ddp/server exports these names", () => {
  expect(Object.keys(ddpServer).toSorted()).toMatchInlineSnapshot(`
    [
      "DdpError",
      "EJSON",
      "ObjectId",
      "Random",
      "createAccounts",
      "createDdp",
      "holdUpdated",
      "memoryDatabase",
      "meteorCompat",
      "newDocumentId",
      "recordWrite",
      "sockJs",
    ]
  `);
});

test("fullduplex/ddp/postgres exports these names", () => {
  expect(Object.keys(ddpPostgres).toSorted()).toEqual(["identifier", "postgresDatabase", "sql"]);
});
