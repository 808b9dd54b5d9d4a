/** `fullduplex wamp-conformance` against a router of our own, and against what is none. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { ExitCode } from "../../src/cli/exit-codes.ts";
import { run } from "../../src/cli/run.ts";
import type { ServerConnection } from "../../src/server/index.ts";
import { echo, startServer } from "../support/running-server.ts";
import { freePort } from "../support/ports.ts";
import { scratchFolder } from "../support/scratch.ts";
import { startRouter } from "../support/wamp-fixture.ts";
import type { ListeningRouter } from "../support/wamp-fixture.ts";
import { FakeIo } from "../unit/cli/support.ts";

const folder = scratchFolder();
let router: ListeningRouter | undefined;

beforeAll(async () => {
  router = await startRouter();
});

afterAll(() => router?.close());

async function tryRouter(...words: string[]) {
  const io = new FakeIo();
  const code = await run(["wamp-conformance", router?.url ?? "", ...words], io);
  return { code, out: io.out, err: io.err };
}

const ONE = ["--case", "pubsub/event"];

describe("fullduplex wamp-conformance", () => {
  test("says how many cases are ok, by serializer", async () => {
    const { code, out } = await tryRouter(...ONE, "--case", "rpc/call", "--serializer", "all");
    expect(out).toBe("json: 2 ok\nmsgpack: 2 ok\ncbor: 2 ok\n");
    expect(code).toBe(ExitCode.Ok);
  });

  test("plays a chapter, and leaves out what the router wasn't configured for", async () => {
    const { code, out } = await tryRouter("--chapter", "authorization");
    expect(out).toBe("json: 6 unsupported\n");
    expect(code).toBe(ExitCode.Ok);
  });

  test("writes JSON, which a later run is compared with", async () => {
    const { code, out } = await tryRouter(...ONE, "--json");
    expect(code).toBe(ExitCode.Ok);
    const summary = { json: { cases: 1, failed: [], unsupported: [], error: [] } };
    const result = { id: "pubsub/event", serializer: "json", outcome: "ok" };
    expect(JSON.parse(out)).toEqual({ url: router?.url, summary, results: [result] });
    const path = join(folder, "golden.json");
    writeFileSync(path, out);
    expect(await tryRouter(...ONE, "--expect", path)).toMatchObject({ code: ExitCode.Ok });
    writeFileSync(
      path,
      readFileSync(path, "utf8").replace('"failed": []', '"failed": ["pubsub/event"]'),
    );
    expect(await tryRouter(...ONE, "--expect", path)).toEqual({
      code: ExitCode.Failed,
      out: "pubsub/event with json: ok instead of failed\njson: 1 ok\n",
      err: "",
    });
  });

  test("shows what a router did wrong", async () => {
    const { server } = await startServer(wrongRouter, { subprotocols: ["wamp.2.json"] });
    const io = new FakeIo();
    const words = ["wamp-conformance", server.url, "--case", "pubsub/subscribe"];
    expect(await run(words, io)).toBe(ExitCode.Failed);
    expect(io.out).toBe(`pubsub/subscribe with json: failed at step 2: message[0] is not 33
  expected ["A","expect",[33,"$request","$sub"]]
  received [35,1]
json: 1 failed
`);
  });

  test.each([
    [["--case", "pubsub/evnt"], "there is no case or chapter pubsub/evnt"],
    [["--chapter", "chat"], "there is no case or chapter chat"],
    [["--serializer", "xml"], "--serializer takes json, msgpack, cbor or all"],
    [["--timeout", "0"], "--timeout takes a whole number from 1"],
    [["--expect", "/nowhere/at/all"], "/nowhere/at/all"],
  ])("%j is answered with what is wrong", async (words, message) => {
    const { code, err } = await tryRouter(...words);
    expect(err).toContain(message);
    expect(code).toBe(ExitCode.Usage);
  });

  test("a router that isn't there, and a server that is none, are no connection", async () => {
    const io = new FakeIo();
    const nowhere = `ws://127.0.0.1:${await freePort()}`;
    expect(await run(["wamp-conformance", nowhere, ...ONE], io)).toBe(ExitCode.NotConnected);
    expect(io.err).toContain("fullduplex: json: ");
    const { server } = await startServer(echo);
    const words = ["wamp-conformance", server.url, ...ONE, "--timeout", "200"];
    expect(await run(words, new FakeIo())).toBe(ExitCode.NotConnected);
  });
});

/** Lets anybody in, and answers everything with UNSUBSCRIBED. */
async function wrongRouter(connection: ServerConnection<unknown>): Promise<void> {
  await connection.forEach((data) => {
    const [type] = JSON.parse(data as string) as [number];
    const answer = type === 1 ? [2, 1, { roles: { broker: {} } }] : [35, 1];
    return connection.send(JSON.stringify(answer));
  });
}
