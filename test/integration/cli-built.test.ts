/** The command line as it is published: built, in a process of its own. */

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { beforeAll, describe, expect, onTestFinished, test } from "vitest";

import { ensureBuilt } from "../support/built.ts";
import { manifest, root } from "../support/project.ts";
import { inheritedEnvironment, runNode } from "../support/run.ts";

const main = join(root, "dist", "cli", "main.js");

beforeAll(ensureBuilt);

/** Starts the program, and resolves with it and the address that it prints. */
async function start(...words: string[]): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [main, ...words], {
    stdio: ["ignore", "pipe", "inherit"],
    env: inheritedEnvironment(),
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [line] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string];
  return { child, url: /^listening on (.*)$/m.exec(line)?.[1] ?? expect.unreachable(line) };
}

/** Runs the program with input, to its end. */
async function pipe(input: string, ...words: string[]): Promise<{ out: string; code: unknown }> {
  const child = spawn(process.execPath, [main, ...words], {
    stdio: ["pipe", "pipe", "inherit"],
    env: inheritedEnvironment(),
  });
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stdin.end(input);
  const [code] = (await once(child, "close")) as [unknown];
  return { out, code };
}

describe("the program", () => {
  test("can be started by its name", () => {
    expect(readFileSync(main, "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(statSync(main).mode & 0o111).toBe(0o111);
  });

  test("shows its version, and how it was called wrongly", async () => {
    const good = await runNode([main, "--version"]);
    expect(good).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: "" });
    const bad = await runNode([main, "echo", "--prot", "1"]);
    expect(bad.code).toBe(1);
    expect(bad.stderr).toMatch(/did you mean --port\?/);
  });

  test.each(["SIGINT", "SIGTERM"] as const)(
    "echoes what is piped, and stops at %s",
    async (signal) => {
      const { child, url } = await start("echo", "--port", "0", "--compress");
      expect(await pipe("hi\n", "connect", url, "--wait", "20")).toEqual({ out: "hi\n", code: 0 });
      child.kill(signal);
      expect(await once(child, "exit")).toEqual([0, null]);
    },
  );

  test("ends with its connection, though its input goes on", async () => {
    const { child, url } = await start("echo");
    const client = spawn(process.execPath, [main, "connect", url], {
      stdio: ["pipe", "pipe", "ignore"],
      env: inheritedEnvironment(),
    });
    onTestFinished(() => void client.kill("SIGKILL"));
    client.stdin.write("hi\n");
    await once(client.stdout, "data");
    const exit = once(client, "exit");
    child.kill("SIGTERM");
    expect(await exit).toEqual([0, null]);
  });

  test("runs the hub", async () => {
    const { child, url } = await start("hub", "--port", "0");
    expect((await fetch(url)).status).toBe(200);
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});
