import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { codeEntries, root } from "../support/project.ts";
import { runNode } from "../support/run.ts";
import { scratchFolder, writeFiles } from "../support/scratch.ts";
import { dependencies, installConsumer } from "./support/consumer.ts";

const tsc = join(root, "node_modules", "typescript", "bin", "tsc");

describe("a project that installs the packed package", () => {
  const folder = scratchFolder();
  const installed = join(folder, "node_modules", "fullduplex");

  beforeAll(() => installConsumer(folder));

  test.each(["node", "browser"])("compiles with its types, in %s", async (kind) => {
    const project = `tsconfig.${kind}.json`;
    const { code, stdout } = await runNode([tsc, "-p", project], { cwd: folder });
    expect(stdout).toBe("");
    expect(code).toBe(0);
  });

  test("is told what is wrong with a call of serve", async () => {
    const mistakes: [code: string, message: string][] = [
      [
        "serve(async (c) => c.send(''), { prot: 1 });",
        "'prot' does not exist in type 'ServeOptions",
      ],
      ["serve(() => {}, { port: '1' });", "Type 'string' is not assignable to type 'number'"],
      ["serve(handler);", "'Handler<User>' is not assignable to parameter of type 'Handler'"],
    ];
    const head = `import { serve } from "fullduplex/server";
      import type { Handler } from "fullduplex/server";
      interface User { name: string }
      declare const handler: Handler<User>;`;
    const code = mistakes.map(([text]) => `void ${text}`).join("\n");
    const project = { extends: "./tsconfig.node.json", include: ["mistakes.ts"] };
    writeFiles(folder, {
      "mistakes.ts": `${head}\n${code}`,
      "tsconfig.mistakes.json": JSON.stringify(project),
    });
    const { stdout } = await runNode([tsc, "-p", "tsconfig.mistakes.json"], { cwd: folder });
    for (const [, message] of mistakes) expect(stdout).toContain(message);
    expect(stdout).not.toContain("never");
  });

  test("imports every entry", async () => {
    const names = codeEntries().map(([name]) => name);
    const script = `
      for (const name of ${JSON.stringify(names)}) {
        console.log(name, Object.keys(await import(name)).length > 0);
      }`;
    const { stdout } = await runNode(["--input-type=module", "--eval", script], { cwd: folder });
    expect(stdout.trim().split("\n")).toEqual(names.map((name) => `${name} true`));
  });

  test("has the command", async () => {
    const command = join(installed, "dist", "cli", "main.js");
    const { code, stdout } = await runNode([command, "--help"], { cwd: folder });
    expect(stdout).toContain("fullduplex");
    expect(code).toBe(0);
  });

  test("gets the package, its dependencies and nothing else", () => {
    const names = readdirSync(join(folder, "node_modules")).filter((name) => name[0] !== ".");
    // (Of a name with a scope the scope is the folder.)
    const folders = new Set(dependencies().map((name) => name.split("/")[0] ?? name));
    expect(names).toEqual(["@types", "fullduplex", ...folders].toSorted());
    expect(readdirSync(installed).toSorted()).toEqual([
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "conformance",
      "dist",
      "package.json",
      "src",
    ]);
  });

  test("finds the source of every file, for debuggers and editors", () => {
    const dist = readdirSync(join(installed, "dist"), { recursive: true, encoding: "utf8" });
    const maps = dist.filter((file) => file.endsWith(".map"));
    expect(maps.length).toBeGreaterThan(10);
    const sources = maps.flatMap((file) => {
      const map = JSON.parse(readFileSync(join(installed, "dist", file), "utf8")) as SourceMap;
      // (A bundle's map has the text of each source in it.)
      const missing = map.sources.filter((_source, at) => !map.sourcesContent?.[at]);
      return missing.map((source) => join(installed, "dist", dirname(file), source));
    });
    expect(sources.length).toBeGreaterThan(100);
    expect(sources.filter((source) => !existsSync(source))).toEqual([]);
  });
});

interface SourceMap {
  readonly sources: readonly string[];
  readonly sourcesContent?: readonly (string | null)[];
}
