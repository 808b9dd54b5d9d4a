import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import type { OutputFile } from "esbuild";
import { expect, test } from "vitest";
import { root } from "../support/project.ts";

/** What a page has to load that uses both functions of the client, minified and compressed, in bytes. */
const MOST_BYTES = 4096;

/** The same for the client of channels, without that which connects. */
const MOST_CHANNELS_BYTES = 6144;

/** The same for the client of WAMP with JSON, without that which connects. */
const MOST_WAMP_BYTES = 10_240;

/** The same for the client of DDP, without the selector library: `mingo`, and our part of it. */
const MOST_DDP_BYTES = 15_360;

const SELECTORS = ["mingo", "./src/ddp/query/*"];

interface Bundle {
  /** All that was read. */
  readonly files: readonly string[];
  /** What of it is left in the bundle: nothing of a module that nobody uses, and of what it would import at run time. */
  readonly left: readonly string[];
  readonly contents: Uint8Array;
}

async function bundle(
  entry: string,
  conditions: string[] = ["fullduplex:source"],
  names = "*",
  external: string[] = [],
): Promise<Bundle> {
  const { metafile, outputFiles } = await build({
    stdin: { contents: `export ${names} from ${JSON.stringify(entry)};`, resolveDir: root },
    absWorkingDir: root,
    bundle: true,
    minify: true,
    platform: "browser",
    conditions,
    external,
    format: "esm",
    target: "es2022",
    logLevel: "silent",
    outfile: "bundle.js",
    metafile: true,
    write: false,
  });
  const [{ contents }] = outputFiles as [OutputFile];
  const left = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.keys(inputs).filter((file) => inputs[file]?.bytesInOutput !== 0),
  );
  return { files: Object.keys(metafile.inputs), left, contents };
}

function compressed(contents: Uint8Array): number {
  return gzipSync(contents, { level: 9 }).length;
}

test("the browser's client reaches neither node: nor the protocol", async () => {
  const { files, contents } = await bundle("fullduplex");
  expect(files).toContain("src/client/browser/index.ts");
  expect(files).toContain("src/connection/connection.ts");
  const forbidden = /^src\/(?:protocol|node|server|client\/node)\/|^node:/;
  expect(files.filter((file) => forbidden.test(file))).toEqual([]);
  expect(contents.length).toBeGreaterThan(0);
});

test("a page that uses connect and reconnecting loads at most 4 KB", async () => {
  const { contents } = await bundle("fullduplex", undefined, "{ connect, reconnecting }");
  expect(compressed(contents)).toBeLessThanOrEqual(MOST_BYTES);
});

test("a page that uses channels loads at most 6 KB for them, and nothing of their server but its errors", async () => {
  const { files, contents } = await bundle("fullduplex/channels");
  const forbidden = /^src\/(?:protocol|node|server|client)\/|^node:|channels\/server\/(?!errors)/;
  expect(files.filter((file) => forbidden.test(file))).toEqual([]);
  expect(compressed(contents)).toBeLessThanOrEqual(MOST_CHANNELS_BYTES);
});

test("a page that uses WAMP loads at most 10 KB for it, and nothing of the router and of other serializers", async () => {
  const names = "{ joinRealm, json, WampError, WampResult, wampClient }";
  const { files, left, contents } = await bundle("fullduplex/wamp", undefined, names);
  const forbidden =
    /^node:|^src\/(?:protocol|node|server|client|engine)\/|wamp\/(?:router|msgpack|cbor)\//;
  expect(files.filter((file) => forbidden.test(file))).toEqual([]);
  // (SCRAM, which isn't used here, would import a library for Argon2 when it is asked for that.)
  expect(left.filter((file) => file.startsWith("node_modules/"))).toEqual([]);
  expect(left).toContain("src/wamp/client/wamp-client.ts");
  expect(compressed(contents)).toBeLessThanOrEqual(MOST_WAMP_BYTES);
});

test("a page that uses DDP loads at most 15 KB for it without the selector library, and nothing of the server", async () => {
  const { files, contents } = await bundle("fullduplex/ddp", undefined, "*", SELECTORS);
  const forbidden = /^node:|^src\/(?:protocol|node|server|client|engine|channels|wamp)\//;
  expect(files.filter((file) => forbidden.test(file))).toEqual([]);
  expect(files.filter((file) => /ddp\/(?:server|postgres|sockjs)\//.test(file))).toEqual([]);
  expect(files.filter((file) => /mingo|ddp\/query\//.test(file))).toEqual([]);
  const bytes = compressed(contents);
  const [withQuery, all] = [await ddpBytes(["mingo"]), await ddpBytes([])];
  console.log(`DDP's client: ${bytes} B; with selectors ${withQuery} B, with mingo ${all} B`);
  expect(bytes).toBeLessThanOrEqual(MOST_DDP_BYTES);
});

async function ddpBytes(external: string[]): Promise<number> {
  return compressed((await bundle("fullduplex/ddp", undefined, "*", external)).contents);
}

test.each(["fullduplex/protocol", "fullduplex/testing"])(
  "%s can be bundled for a browser",
  async (entry) => {
    const { files } = await bundle(entry);
    expect(files.length).toBeGreaterThan(1);
    expect(files.filter((file) => file.startsWith("src/node/"))).toEqual([]);
  },
);

test("a bundle for browsers that reaches for node: is refused by the bundler", async () => {
  await expect(bundle("./src/client/node/index.ts")).rejects.toThrow(/Could not resolve "node:/);
});

test("fullduplex/server is refused in a bundle for browsers", async () => {
  await expect(bundle("fullduplex/server", [])).rejects.toThrow(
    /Could not resolve "fullduplex\/server"/,
  );
});
