import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import type { OutputFile, Plugin } from "esbuild";
import { expect, test } from "vitest";
import { root } from "../support/project.ts";

/** What a page has to load for the client of DDP, minified and compressed, in bytes; selectors and modifiers not counted. */
const MOST_BYTES = 15_360;

const withoutQueries: Plugin = {
  name: "without queries",
  setup: ({ onResolve }) => {
    onResolve({ filter: /^mingo\b|\/query\// }, ({ path }) => ({ path, external: true }));
  },
};

test("a page that uses DDP loads at most 15 KB for it, and nothing of its server", async () => {
  const { metafile, outputFiles } = await build({
    stdin: { contents: 'export * from "fullduplex/ddp";', resolveDir: root },
    absWorkingDir: root,
    bundle: true,
    minify: true,
    platform: "browser",
    conditions: ["fullduplex:source"],
    format: "esm",
    target: "es2022",
    logLevel: "silent",
    plugins: [withoutQueries],
    outfile: "bundle.js",
    metafile: true,
    write: false,
  });
  const files = Object.keys(metafile.inputs);
  expect(files).toContain("src/ddp/client/ddp-client.ts");
  const forbidden =
    /^node:|^src\/(?:protocol|node|server|client|engine)\/|ddp\/(?:server|postgres|sockjs)\//;
  expect(files.filter((file) => forbidden.test(file))).toEqual([]);
  const [{ contents }] = outputFiles as [OutputFile];
  expect(gzipSync(contents, { level: 9 }).length).toBeLessThanOrEqual(MOST_BYTES);
});
