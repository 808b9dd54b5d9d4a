/**
 * What README.md, the guide and the how-tos show is run here.
 *
 * - A block marked `ts` is a whole program: it compiles, and ends by itself with exit code 0.
 * - `ts server` is a program that goes on running; it is there for the blocks after it, up to the next heading, and
 *   `ts server document` up to the end of the document.
 * - `ts browser` compiles with a browser's types alone, and can be bundled.
 * - A line of an `sh` block is a command. `npm start`, `npx fullduplex hub` and `npx fullduplex echo` go on running, up
 *   to the next heading; every other `npx fullduplex` ends with exit code 0, with no input but what is piped into it.
 *   `npm run …` must name a script. `curl` gets an answer with status 200, and no error in it. A few others are known not to be run; anything else is a failure.
 * - Ports that are written down are replaced by free ones, the same everywhere.
 */

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { build, transform } from "esbuild";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Background } from "../support/background.ts";
import { ensureBuilt, linkPackages } from "../support/built.ts";
import { codeBlocks } from "../support/markdown.ts";
import type { CodeBlock } from "../support/markdown.ts";
import { hasCurl, requirePeer } from "../support/peers.ts";
import { freePort } from "../support/ports.ts";
import { requirePostgres, TestPostgres } from "../support/postgres.ts";
import { manifest, root } from "../support/project.ts";
import { run, runNode } from "../support/run.ts";
import { scratchFolder, writeFiles } from "../support/scratch.ts";

/** A code block, and the document that it stands in. */
interface Block extends CodeBlock {
  readonly path: string;
}

const documents = ["README.md", ...pages("docs/guide"), ...pages("docs/how-to")];
const blocks = documents.flatMap(readBlocks);
const programs = blocks.filter(({ language }) => language === "ts");
const scripts = blocks.filter(({ language }) => language === "sh");

const PORT = /(\bport: |\blocalhost:|\b127\.0\.0\.1:|--(?:port|wamp-rawsocket)[ =])(\d{2,5})\b/g;
const COMMAND = /\bnpx fullduplex\b/g;
const NOT_RUN =
  /^(?:git clone \S+|cd \S+|npm (?:ci|test|i|install|install fullduplex(?: pg)?|i fullduplex))$/;
const GOES_ON = /^(?:npm start\b|npx fullduplex (?:hub|echo)\b)/;

/** What the documents call the key of backends is one, here. */
vi.stubEnv("FULLDUPLEX_API_KEY", "0123456789abcdef".repeat(2));

/** Programs that name it run only where there is one. */
const DATABASE = /\bDATABASE_URL\b/;
const postgres = requirePostgres() ? TestPostgres.start() : undefined;
if (postgres) vi.stubEnv("DATABASE_URL", postgres.url);

const canCurl = requirePeer("curl", hasCurl(), "apt-get install curl");
const folder = scratchFolder();
const ports = new Map<string, number>();
const running: { section: number; program: Background }[] = [];

beforeAll(async () => {
  await ensureBuilt();
  linkPackages(folder, "fullduplex", "jose", "pg", "@types/pg", "@types/node");
  for (const { text } of blocks) {
    for (const [, , port] of text.matchAll(PORT)) {
      if (port !== undefined && !ports.has(port)) ports.set(port, await freePort());
    }
  }
  writeFiles(folder, {
    "package.json": JSON.stringify({ type: "module" }),
    "tsconfig.json": tsconfig("NodeNext", { types: ["node"] }),
    "browser/tsconfig.json": tsconfig("ESNext", {
      moduleResolution: "bundler",
      customConditions: ["browser"],
      lib: ["ES2023", "ESNext.Disposable", "DOM", "DOM.Iterable"],
      types: [],
    }),
  });
  for (const block of programs) writeFiles(folder, { [fileOf(block)]: withPorts(block.text) });
});

afterAll(async () => {
  await stop(() => true);
  await postgres?.stop();
});

describe("the documents", () => {
  test("have programs and commands", () => {
    for (const list of [programs, scripts]) {
      expect(list.map(({ path }) => path)).toContain("README.md");
    }
  });

  test.each([".", "browser"])("have programs that compile (%s)", async (project) => {
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    const { stdout } = await runNode([tsc, "-p", project], { cwd: folder });
    expect(stdout.replace(/^error TS18003: No inputs were found.*\s*/, "")).toBe("");
  });

  // One after the other, because a block may need the servers above it.
  for (const block of blocks) {
    const { path, language, attributes, line, section } = block;
    if (language === "ts") {
      test(`${path}:${line}: the program works`, async (context) => {
        context.skip(DATABASE.test(block.text) && !postgres, "there is no PostgreSQL");
        await stop((begun) => begun < section);
        await expectProgramWorks(block, attributes);
      });
    } else if (language === "sh") {
      for (const command of block.text.split("\n")) {
        if (command.trim() === "" || command.startsWith("#")) continue;
        test(`${path}:${line}: ${command}`, async () => {
          await stop((begun) => begun < section);
          await expectCommandWorks(withPorts(command.replace(/\s+#.*$/, "")), section);
        });
      }
    }
  }
});

async function expectProgramWorks(block: Block, [kind, extent]: readonly string[]): Promise<void> {
  const file = join(folder, fileOf(block));
  if (kind === "browser") {
    const options = { bundle: true, format: "esm", platform: "browser", write: false } as const;
    const { outputFiles } = await build({ ...options, entryPoints: [file], absWorkingDir: folder });
    expect(outputFiles.length).toBe(1);
    return;
  }
  const isServer = kind === "server";
  const end = isServer ? '\nconsole.log("it is running");\n' : "";
  // `await using` and the types are too new for some versions of Node that the package supports.
  const { code } = await transform(withPorts(block.text) + end, { loader: "ts", target: "node20" });
  const script = fileOf(block).replace(/ts$/, "mjs");
  writeFiles(folder, { [script]: code });
  if (isServer) {
    const parameters = [script];
    const ready = /^it is running$/m;
    const program = await Background.start(process.execPath, parameters, ready, { cwd: folder });
    const section = extent === "document" ? lastSection(block) : block.section;
    running.push({ section, program });
    expect(program.ended).toBe(false);
  } else {
    const result = await runNode([script], { cwd: folder, timeout: 20_000 });
    expect(result.code, result.stdout + result.stderr).toBe(0);
  }
}

async function expectCommandWorks(command: string, section: number): Promise<void> {
  if (NOT_RUN.test(command)) return;
  const script = /^npm run (\S+)$/.exec(command)?.[1];
  if (script !== undefined) {
    expect(Object.keys(manifest.scripts)).toContain(script);
    return;
  }
  if (command.startsWith("curl ")) {
    if (!canCurl) return;
    const { code, stdout } = await run("sh", ["-c", `exec ${command} -sS --fail`], { cwd: folder });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/"(?:result|publication)"/)]);
    return;
  }
  expect(command).toMatch(/^npm start\b|\bnpx fullduplex\b/);
  const node = JSON.stringify(process.execPath);
  const line = command
    .replace(/^npm start(?: --)?/, `${node} ${join(root, "scripts", "start.mjs")}`)
    .replace(COMMAND, `${node} ${join(root, "dist", "cli", "main.js")}`);
  if (!GOES_ON.test(command)) {
    const result = await run("sh", ["-c", line], { cwd: folder, timeout: 20_000 });
    expect(result.code, result.stdout + result.stderr).toBe(0);
    return;
  }
  const port = /--port\b/.test(line) ? "" : " --port 0";
  const address = /\b(?:https?|wss?):\/\/[\w.:[\]-]+/;
  const program = await Background.start("sh", ["-c", `exec ${line}${port}`], address);
  running.push({ section, program });
  if (!/ echo\b/.test(line)) {
    const response = await fetch(address.exec(program.output)?.[0] as string, {
      signal: AbortSignal.timeout(10_000),
    });
    expect(response.status).toBe(200);
  }
  expect(program.ended).toBe(false);
}

/** Stops the programs of the sections that `which` picks; none of them may have ended by itself. */
async function stop(which: (section: number) => boolean): Promise<void> {
  for (const { section, program } of running.splice(0)) {
    if (!which(section)) running.push({ section, program });
    else if (program.ended) throw new Error(`a server ended by itself:\n${program.output}`);
    else await program.stop();
  }
}

function pages(folder: string): string[] {
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith(".md"));
  return names.sort().map((name) => `${folder}/${name}`);
}

/** The last section that a document can have: see `readBlocks`. */
function lastSection({ section }: Block): number {
  return section - (section % 1000) + 999;
}

/** Sections are numbered through all documents, so that none goes on in the next one. */
function readBlocks(path: string, index: number): Block[] {
  const markdown = readFileSync(join(root, path), "utf8");
  return codeBlocks(markdown).map((block) => ({
    ...block,
    path,
    section: index * 1000 + block.section,
  }));
}

function fileOf({ path, attributes, line }: Block): string {
  const name = path.replace(/\W/g, "-");
  return `${attributes[0] === "browser" ? "browser/" : ""}${name}-${line}.ts`;
}

function withPorts(text: string): string {
  return text.replace(PORT, (_, before: string, port: string) => `${before}${ports.get(port)}`);
}

function tsconfig(module: string, more: object): string {
  const compilerOptions = { target: "ES2023", module, strict: true, noEmit: true, ...more };
  return JSON.stringify({ compilerOptions, include: ["*.ts"] });
}
