/**
 * A page that has the browser's client as `fullduplex`, and servers for it to talk to.
 *
 * @module
 */

import { build } from "esbuild";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { serve } from "../../../src/server/index.ts";
import type { Handler, ServeOptions, Server } from "../../../src/server/index.ts";
import { root } from "../../support/project.ts";
import { RecordingLogger } from "../../support/recording-logger.ts";

const PAGE = '<!doctype html><title>client</title><script type="module" src="/page.js"></script>';

let bundle: Promise<string> | undefined;

/** The client as one script, from its sources. */
function bundleClient(): Promise<string> {
  bundle ??= build({
    stdin: {
      contents: 'import * as client from "./index.ts"; globalThis.fullduplex = client;',
      resolveDir: join(root, "src", "client", "browser"),
    },
    bundle: true,
    format: "esm",
    platform: "browser",
    write: false,
  }).then(({ outputFiles }) => outputFiles[0]?.text ?? "");
  return bundle;
}

/** A server that also serves the page. */
export async function startServer(
  handler: Handler,
  options: ServeOptions = {},
): Promise<{ server: Server; logger: RecordingLogger }> {
  const script = await bundleClient();
  const logger = new RecordingLogger();
  const server = await serve(handler, {
    logger,
    onRequest: ({ url }, response) => {
      const isScript = url === "/page.js";
      response.setHeader("Content-Type", isScript ? "text/javascript" : "text/html");
      response.end(isScript ? script : PAGE);
    },
    ...options,
  });
  onTestFinished(() => server.close({ timeout: 0 }));
  return { server, logger };
}

/** Opens the page of a server. */
export async function openPage(browser: Browser, server: Server): Promise<Page> {
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await page.goto(server.url.replace("ws", "http"));
  await page.waitForFunction(() => "fullduplex" in globalThis);
  return page;
}
