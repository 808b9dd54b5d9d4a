/**
 * A project that has installed this package from a tarball, and its types.
 *
 * @module
 */

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { codeEntries, root } from "../../support/project.ts";
import { ensureBuilt, linkPackages } from "../../support/built.ts";
import { run } from "../../support/run.ts";
import { writeFiles } from "../../support/scratch.ts";

const compilerOptions = {
  target: "ES2022",
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  noEmit: true,
};

const inNode = `
import { connect } from "fullduplex";
import { serve } from "fullduplex/server";
import { pair } from "fullduplex/testing";

const server = await serve(
  async (connection) => {
    for await (const message of connection) await connection.send(message);
  },
  { port: 0 },
);
const connection = await connect(server.url);
await connection.send("hello");
const answer: string | Uint8Array = await connection.recv();
const closed = await connection.close();
const code: number = closed.code;
await server.close();
const [client] = pair();
await client.close();
console.log(answer, code);
`;

const inBrowser = `
import { connect } from "fullduplex";

const connection = await connect("ws://127.0.0.1:1/");
const answer: string | Uint8Array = await connection.recv();
console.log(answer);
`;

const everyEntry = codeEntries()
  .map(([name], index) => `import * as entry${index} from "${name}";\nvoid entry${index};\n`)
  .join("");

/** The files of the consumer: programs, and a configuration for each way of reading them. */
const files = {
  "package.json": JSON.stringify({ name: "consumer", private: true, type: "module" }),
  "node.ts": inNode,
  "browser.ts": inBrowser,
  "entries.ts": everyEntry,
  "tsconfig.node.json": JSON.stringify({
    compilerOptions: {
      ...compilerOptions,
      module: "NodeNext",
      // ESNext.Disposable: what declares `await using`, which the types of this package mention.
      lib: ["ES2022", "ESNext.Disposable"],
      types: ["node"],
    },
    files: ["node.ts", "entries.ts"],
  }),
  "tsconfig.browser.json": JSON.stringify({
    compilerOptions: {
      ...compilerOptions,
      module: "ESNext",
      moduleResolution: "bundler",
      customConditions: ["browser"],
      lib: ["ES2022", "ESNext.Disposable", "DOM", "DOM.Iterable"],
      types: [],
    },
    files: ["browser.ts"],
  }),
};

/** Packs the package, and installs it into `folder` as a stranger's project would, without a network. */
export async function installConsumer(folder: string): Promise<void> {
  await ensureBuilt();
  writeFiles(folder, files);
  await must("npm", ["pack", "--ignore-scripts", "--pack-destination", folder]);
  const tarball = readdirSync(folder).find((file) => file.endsWith(".tgz"));
  if (tarball === undefined) throw new Error("npm pack made no tarball");
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund"];
  // (The dependencies come from here, as there is no network.)
  const libraries = dependencies().map((name) => join(root, "node_modules", name));
  const packages = [join(folder, tarball), ...libraries];
  await must("npm", ["install", ...packages, "--offline", "--install-links", ...quiet], folder);
  linkPackages(folder, "@types/node");
}

/** What the package needs of others. */
export function dependencies(): string[] {
  const text = readFileSync(join(root, "package.json"), "utf8");
  const { dependencies = {} } = JSON.parse(text) as { dependencies?: Record<string, string> };
  return Object.keys(dependencies);
}

async function must(command: string, parameters: string[], cwd?: string): Promise<void> {
  const { code, stderr } = await run(command, parameters, cwd === undefined ? {} : { cwd });
  if (code !== 0) throw new Error(`${command} ${parameters.join(" ")} failed:\n${stderr}`);
}
