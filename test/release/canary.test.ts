import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { linkPackages } from "../support/built.ts";
import { root } from "../support/project.ts";
import { runNode } from "../support/run.ts";
import { scratchFolder, writeFiles } from "../support/scratch.ts";

/** Checkers can pass because they looked at nothing. Here each is given something that it must not accept. */

const tools = join(root, "node_modules");
const oxlint = join(tools, "oxlint", "bin", "oxlint");
const oxfmt = join(tools, "oxfmt", "bin", "oxfmt");
const knip = join(tools, "knip", "bin", "knip.js");
const publint = join(tools, "publint", "src", "cli.js");
const tsc = join(tools, "typescript", "bin", "tsc");

describe("the linter", () => {
  const folder = scratchFolder();
  const options = { strict: true, target: "ES2023", module: "NodeNext", types: [] };

  const seeds = {
    "no-floating-promises": "async function f() {}\nf();\n",
    "no-misused-promises": "declare function on(f: () => void): void;\non(async () => {});\n",
    "await-thenable": "await 1;\nexport {};\n",
    "no-explicit-any": "export const a: any = 1;\n",
    "no-console": 'console.log("a");\n',
    "no-default-export": "export default 1;\n",
    "max-lines": "export {};\n".repeat(401),
    "max-lines-per-function": `export function f() {\n${"  void 0;\n".repeat(90)}}\n`,
    "no-cycle": 'export const a = 1;\nexport { b } from "./cycle.ts";\n',
  };

  test("reports each rule that is broken", async () => {
    writeFiles(folder, {
      "tsconfig.json": JSON.stringify({ compilerOptions: options, include: ["."] }),
      "cycle.ts": 'export const b = 1;\nexport { a } from "./no-cycle.ts";\n',
    });
    for (const [rule, text] of Object.entries(seeds)) writeFiles(folder, { [`${rule}.ts`]: text });
    const { code, stdout } = await runNode(
      [oxlint, "-c", join(root, ".oxlintrc.json"), "-f", "json"],
      { cwd: folder, env: { OXLINT_TSGOLINT_PATH: join(tools, ".bin", "tsgolint") } },
    );
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: Diagnostic[] };
    const found = diagnostics.map((found) => `${found.filename} ${found.code}`);
    for (const rule of Object.keys(seeds)) {
      expect(found).toContainEqual(expect.stringMatching(`^${rule}\\.ts .*\\(${rule}\\)$`));
    }
    expect(code).toBe(1);
  });
});

interface Diagnostic {
  readonly filename: string;
  readonly code: string;
}

describe("the formatter", () => {
  const folder = scratchFolder();

  test.each([
    ["accepts what is formatted", 'export const a = "1";\n', 0],
    ["reports what is not", "export const a = '1'\n", 1],
  ])("%s", async (_, text, expected) => {
    writeFiles(folder, { "a.ts": text });
    const config = join(root, ".oxfmtrc.json");
    const { code } = await runNode([oxfmt, "--check", "-c", config, "a.ts"], { cwd: folder });
    expect(code).toBe(expected);
  });
});

describe("the search for unused code", () => {
  const folder = scratchFolder();

  test("reports an export that nothing uses, and a dependency", async () => {
    linkPackages(folder, "typescript");
    writeFiles(folder, {
      "package.json": JSON.stringify({ name: "a", type: "module", devDependencies: { b: "1" } }),
      "knip.json": JSON.stringify({ entry: ["src/a.ts"], project: ["src/*.ts"] }),
      "src/a.ts": 'import { used } from "./b.ts";\nused();\n',
      "src/b.ts": "export function used() {}\nexport function unused() {}\n",
    });
    const { code, stdout } = await runNode([knip], { cwd: folder });
    expect(stdout).toMatch(/^unused\b.*src\/b\.ts/m);
    expect(stdout).toMatch(/^b\b.*package\.json/m);
    expect(stdout).not.toMatch(/^used\b/m);
    expect(code).toBe(1);
  });
});

describe("the check of the package", () => {
  const folder = scratchFolder();

  test("reports an entry that is not there", async () => {
    writeFiles(folder, {
      "package.json": JSON.stringify({
        name: "a",
        version: "1.0.0",
        type: "module",
        exports: "./gone.js",
        files: ["b.js"],
      }),
      "b.js": "export {};\n",
    });
    const { code, stdout, stderr } = await runNode([publint, "run", ".", "--strict"], {
      cwd: folder,
    });
    expect(stdout + stderr).toContain("gone.js");
    expect(code).toBe(1);
  });
});

describe("the compiler", () => {
  const folder = scratchFolder();

  test.each([
    ["protocol", "timers", "setTimeout(() => {}, 1);\n", "setTimeout"],
    ["protocol", "Node", 'import "node:net";\nexport {};\n', "node:net"],
    ["protocol", "a browser's types", "export type A = WebSocket;\n", "WebSocket"],
    ["client/browser", "Node", "export const b = Buffer;\n", "Buffer"],
  ])("keeps src/%s from using %s", async (layer, _, text, name) => {
    writeFiles(folder, {
      "tsconfig.json": JSON.stringify({
        extends: join(root, "src", layer, "tsconfig.json"),
        include: ["a.ts"],
      }),
      "package.json": JSON.stringify({ type: "module" }),
      "a.ts": text,
    });
    const { code, stdout } = await runNode([tsc, "-p", folder], { cwd: folder });
    expect(stdout).toMatch(new RegExp(`^a\\.ts.*error TS.*'${name}`));
    expect(code).not.toBe(0);
  });
});
