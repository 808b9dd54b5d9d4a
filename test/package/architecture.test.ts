import { existsSync, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { codeEntries, root } from "../support/project.ts";
import { scratchFolder, writeFiles } from "../support/scratch.ts";
import { violations } from "./support/architecture.ts";
import { readImportGraph } from "./support/import-graph.ts";

const source = join(root, "src");
const entries = publicEntries();
const folder = scratchFolder();

describe("the sources", () => {
  const graph = readImportGraph(source);

  test("keep to the layers and to the rules for files", () => {
    expect(violations(graph, entries)).toEqual([]);
  });

  test("were seen", () => {
    expect(graph.files.size).toBeGreaterThan(10);
    expect(graph.edges.length).toBeGreaterThan(graph.files.size);
  });

  test("have the unit tests that are named after them", () => {
    const tests = readdirSync(join(root, "test", "unit"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".test.ts"))
      .map((file) =>
        file
          // (`calls.canceling.test.ts` is about a part of `calls.ts`.)
          .replace(/(?:\.[\w-]+)?\.test\.ts$/, ".ts")
          .split(sep)
          .join("/"),
      );
    expect(tests.filter((file) => !graph.files.has(file))).toEqual([]);
    expect(tests.length).toBeGreaterThan(10);
  });

  test("import nothing that the reader of imports overlooks", async () => {
    const present = [...entries, "cli/main.ts"].filter((entry) => existsSync(join(source, entry)));
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: present.map((entry) => join("src", entry)),
      bundle: true,
      packages: "external",
      platform: "node",
      format: "esm",
      outdir: "out",
      write: false,
      metafile: true,
    });
    const read = new Set(graph.edges.map(({ from, to }) => `${from} -> ${to}`));
    const bundled = Object.entries(metafile.inputs).flatMap(([file, { imports }]) =>
      imports.map(({ path, external }) => {
        const to = external === true ? path : relative("src", path);
        return `${relative("src", file)} -> ${to}`;
      }),
    );
    expect(bundled.filter((edge) => !read.has(edge))).toEqual([]);
    expect(bundled.length).toBeGreaterThan(0);
  });
});

test("a violation of each rule is reported", () => {
  writeFiles(folder, {
    "errors.ts": "",
    "protocol/a.ts":
      'import { connect } from "node:net";\n\nimport type {\n  B,\n} from "../server/b.ts";\n',
    "client/browser/c.ts": 'export { A } from "../../protocol/a.ts";\nimport "../../errors.ts";\n',
    "server/b.ts": 'export const b = (): Promise<unknown> => import("../hub/d.ts");\n',
    "server/index.ts": 'export { b } from "./b.ts";\nexport const more = 1;\n',
    "server/index-less.ts": "export default 1;\nconst x = 1;\nexport { x as default };\n",
    "hub/d.ts": 'export * from "../server/b.ts";\n// import { x } from "../cli/x.ts";\n',
    "hub/index.ts": 'import "ws";\nimport "fullduplex/server";\nimport "./gone.ts";\n',
    "channels/f.ts": 'import "jose";\nimport "ws";\n',
    "elsewhere/e.ts": 'import "../errors.ts";\n',
  });
  expect(violations(readImportGraph(folder), ["server/index.ts"]).toSorted()).toEqual([
    "channels/f.ts -> ws",
    "client/browser/c.ts -> protocol/a.ts",
    "elsewhere/e.ts is in no layer",
    "hub/d.ts -> server/b.ts",
    "hub/d.ts: export *",
    "hub/index.ts -> hub/gone.ts: no such file",
    "hub/index.ts -> ws",
    "hub/index.ts: an index.ts that is no entry",
    "hub/index.ts: more than re-exports",
    "protocol/a.ts -> node:net",
    "protocol/a.ts -> server/b.ts",
    "server/b.ts -> hub/d.ts",
    "server/index-less.ts: default export",
    "server/index.ts: more than re-exports",
  ]);
});

function publicEntries(): string[] {
  return codeEntries()
    .flatMap(([, conditions]) => {
      const condition = conditions["fullduplex:source"] ?? [];
      return typeof condition === "string" ? [condition] : Object.values(condition);
    })
    .map((path) => path.replace("./src/", ""));
}
