/**
 * The reports of the public API in `etc`, one for each entry: what a user of the package can see, to be reviewed with
 * every change. Without options it fails when a report is out of date; `--update` (`npm run api`) writes them.
 *
 * @module
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureBuilt, fail, root, scratch } from "./lib/project.mjs";

const update = process.argv.includes("--update");

await ensureBuilt().catch(fail);
const { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } =
  await import("@microsoft/api-extractor");
/**
 * One compilation for all reports, which have most files in common.
 *
 * @type {import("@microsoft/api-extractor").CompilerState | undefined}
 */
let compilerState;
process.exitCode = main() ? 0 : 1;

function main() {
  const entries = findEntries();
  let current = true;
  for (const [name, types] of entries) {
    if (!check(name, types, [...entries.values()])) {
      console.error(`etc/${name}.api.md is out of date: run \`npm run api\` and review the change`);
      current = false;
    }
  }
  const expected = [...entries.keys()].map((name) => `${name}.api.md`);
  for (const file of existsSync(join(root, "etc")) ? readdirSync(join(root, "etc")) : []) {
    if (expected.includes(file)) continue;
    if (update) rmSync(join(root, "etc", file));
    else console.error(`etc/${file} is the report of no entry`);
    current &&= update;
  }
  console.log(`${entries.size} API reports ${update ? "written" : "checked"}`);
  return current && entries.size > 0;
}

/**
 * The entries of package.json that have types: name of the report → path of the declarations.
 *
 * @returns {Map<string, string>}
 */
function findEntries() {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  /** @type {Map<string, string>} */
  const entries = new Map();
  for (const [path, conditions] of Object.entries(manifest.exports)) {
    const name = path === "." ? "fullduplex" : path.slice(2).replaceAll("/", "-");
    if (conditions.types) entries.set(name, conditions.types);
    if (conditions.browser?.types) entries.set(`${name}.browser`, conditions.browser.types);
  }
  return entries;
}

/**
 * @param {string} name
 * @param {string} types
 * @param {readonly string[]} all The declarations of all entries.
 */
function check(name, types, all) {
  const folder = join(scratch, "api");
  for (const needed of [folder, join(root, "etc")]) mkdirSync(needed, { recursive: true });
  /** @type {import("@microsoft/api-extractor").IConfigFile} */
  const configObject = {
    projectFolder: root,
    mainEntryPointFilePath: join(root, types),
    newlineKind: "lf",
    compiler: {
      overrideTsconfig: {
        compilerOptions: {
          target: "ES2023",
          lib: ["ES2023", "ESNext.Disposable", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
          module: "NodeNext",
          types: ["node"],
          strict: true,
          skipLibCheck: true,
        },
        files: all.map((path) => join(root, path)),
      },
    },
    apiReport: {
      enabled: true,
      reportFileName: `${name}.api.md`,
      reportFolder: join(root, "etc"),
      reportTempFolder: folder,
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    tsdocMetadata: { enabled: false },
    messages: {
      compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
      extractorMessageReporting: {
        default: { logLevel: ExtractorLogLevel.None },
        // The others name lines of the source, so that the report would change whenever one moves.
        "ae-forgotten-export": { logLevel: ExtractorLogLevel.Warning, addToApiReportFile: true },
      },
      tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
    },
  };
  const config = ExtractorConfig.prepare({
    configObject,
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, "package.json"),
  });
  compilerState ??= CompilerState.create(config, {
    additionalEntryPoints: all.map((path) => join(root, path)),
  });
  const result = Extractor.invoke(config, {
    localBuild: update,
    compilerState,
    messageCallback(message) {
      message.handled = message.logLevel !== ExtractorLogLevel.Error;
    },
  });
  return update ? result.errorCount === 0 : !result.apiReportChanged && result.errorCount === 0;
}
