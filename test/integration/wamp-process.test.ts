/** A program that does nothing but serve calls: it outlives its router. */

import { serve } from "fullduplex/server";
import type { Server } from "fullduplex/server";
import { allowAll, anonymous, createRouter } from "fullduplex/wamp/router";
import type { Router } from "fullduplex/wamp/router";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Background } from "../support/background.ts";
import { ensureBuilt, linkPackages } from "../support/built.ts";
import { scratchFolder, writeFiles } from "../support/scratch.ts";
import { until } from "../support/turns.ts";

const folder = scratchFolder();

beforeAll(async () => {
  await ensureBuilt();
  linkPackages(folder, "fullduplex");
});

const cleanups: (() => unknown)[] = [];

afterAll(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(port = 0): Promise<{ router: Router; server: Server }> {
  const router = createRouter({
    realms: { realm1: { authenticators: [anonymous()], authorizer: allowAll() } },
  });
  const server = await serve(router.handler, { port, subprotocols: router.subprotocols });
  cleanups.push(
    () => router.close(),
    () => server.close({ timeout: 0 }),
  );
  return { router, server };
}

test("a callee waits for its router to come back, and serves again", async () => {
  const first = await start();
  const port = first.server.port;
  writeFiles(folder, {
    "callee.mjs": `
      import { connect } from "fullduplex";
      import { wampClient } from "fullduplex/wamp";
      const client = wampClient(
        ({ subprotocols }) => connect("ws://127.0.0.1:${port}", { subprotocols }),
        { realm: "realm1", maxDelay: 200 },
      );
      await client.register("com.pid", () => process.pid);
      console.log("ready");
      for await (const { state, attempt } of client.statuses()) console.log(state, attempt);
    `,
  });
  const callee = await Background.start(process.execPath, ["callee.mjs"], /^ready$/m, {
    cwd: folder,
  });
  cleanups.push(() => callee.stop());
  await first.router.close();
  await first.server.close();
  // (It has waited between two attempts by then.)
  await until(() => /connecting 2/.test(callee.output) || callee.ended, "a second attempt");
  expect(callee.ended, callee.output).toBe(false);
  const { router } = await start(port);
  const caller = await router.session("realm1");
  const joined = await caller.events("wamp.registration.on_register");
  let pid: unknown;
  while (pid === undefined) {
    pid = await caller.call("com.pid").catch(() => undefined);
    if (pid === undefined) for await (const _ of joined) break;
  }
  expect(pid).toBeTypeOf("number");
});
