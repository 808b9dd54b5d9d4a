/** The program in Python that docs/how-to/wamp-http.md shows, as it is there. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { httpListener, serve } from "../../src/server/index.ts";
import { createHttpBridge, createRouter } from "../../src/wamp/router/index.ts";
import { codeBlocks } from "../support/markdown.ts";
import { findPython, requirePeer } from "../support/peers.ts";
import { root } from "../support/project.ts";
import { run } from "../support/run.ts";

const SECRET = "secret-secret-secret-secret-secret";

const python = findPython("hmac");
const available = requirePeer("Python", python !== undefined, "apt-get install python3");

describe.runIf(available)("a synchronous program in Python", () => {
  async function start(): Promise<string> {
    const authorizer = { authorize: () => ({ allow: true }) };
    const router = createRouter({ realms: { realm1: { authenticators: [], authorizer } } });
    const shop = { realm: "realm1", authid: "shop", authrole: "backend" };
    const clients = [{ ...shop, keyId: "shop-1", secret: SECRET }];
    const onRequest = httpListener(createHttpBridge(router, { clients }));
    const server = await serve(router.handler, { subprotocols: router.subprotocols, onRequest });
    onTestFinished(async () => void (await Promise.all([router.close(), server.close()])));
    const callee = await router.session("realm1");
    await callee.register("com.example.add", ({ args }) => Number(args[0]) + Number(args[1]));
    return `http://127.0.0.1:${server.port}/wamp`;
  }

  const text = readFileSync(join(root, "docs", "how-to", "wamp-http.md"), "utf8");
  const [program] = codeBlocks(text).filter(({ language }) => language === "python");

  test("publishes and calls", async () => {
    const env = { WAMP_URL: await start(), WAMP_KEY_ID: "shop-1", WAMP_SECRET: SECRET };
    const { code, stdout, stderr } = await run(
      python as string,
      ["-c", (program as { text: string }).text],
      { env },
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^\{'publication': \d+\}\n5\n$/);
  });

  test("is told what it did wrong", async () => {
    const env = { WAMP_URL: await start(), WAMP_KEY_ID: "shop-1", WAMP_SECRET: `${SECRET}!` };
    const parameters = ["-c", (program as { text: string }).text];
    const { code, stderr } = await run(python as string, parameters, { env });
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining("WampError: ('wamp.error.authentication_failed', 'unauthorized')"),
    ]);
  });
});
