/**
 * Running programs from tests.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { root } from "./project.ts";

export interface RunOptions {
  /** Default: the project's folder. */
  readonly cwd?: string;
  /** Variables to add to this process's. */
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds after which it is killed, with all that it has started. Default: 120000. */
  readonly timeout?: number;
}

export interface RunResult {
  /** The exit code; `undefined` when it was killed. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, without input. */
export function run(
  command: string,
  parameters: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const { cwd = root, env = {}, timeout = 120_000 } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, {
      cwd,
      env: { ...inheritedEnvironment(), ...env },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own, so that what it has started is killed with it.
      detached: true,
    });
    const timer = setTimeout(() => process.kill(-(child.pid as number), "SIGKILL"), timeout);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once("close", (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? undefined, stdout, stderr });
    });
  });
}

/** Runs a JavaScript file with this same Node. */
export function runNode(parameters: readonly string[], options?: RunOptions): Promise<RunResult> {
  return run(process.execPath, parameters, options);
}

/** This process's variables, without what the test runner set for its own workers. */
export function inheritedEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(
    ([name]) => !/^(?:VITEST|TEST$|NODE_ENV$|NODE_OPTIONS$|NODE_V8_COVERAGE$)/.test(name),
  );
  return Object.fromEntries(entries);
}
