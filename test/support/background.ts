/**
 * Programs that run until they are told to end.
 *
 * @module
 */

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { root } from "./project.ts";
import { inheritedEnvironment } from "./run.ts";

export class Background {
  readonly #child: ChildProcess;
  /** What it has printed so far, on both streams. */
  output = "";

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Starts a program, and waits until `ready` matches what it has printed. */
  static async start(
    command: string,
    parameters: readonly string[],
    ready: RegExp,
    options: { readonly cwd?: string; readonly timeout?: number } = {},
  ): Promise<Background> {
    const { cwd = root, timeout = 20_000 } = options;
    const env = inheritedEnvironment();
    const stdio = ["ignore", "pipe", "pipe"] as const;
    const background = new Background(spawn(command, parameters, { cwd, env, stdio: [...stdio] }));
    try {
      await background.#printed(ready, timeout);
    } catch (error) {
      await background.stop();
      throw error;
    }
    return background;
  }

  /** Whether it has ended by itself, which nothing that runs in the background should. */
  get ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Ends it, politely first. */
  async stop(): Promise<void> {
    if (this.ended) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 5_000);
    await gone;
    clearTimeout(timer);
  }

  #printed(ready: RegExp, timeout: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`${why}:\n${this.output}`));
      const timer = setTimeout(fail, timeout, `did not print ${ready} in ${timeout} ms`);
      const read = (text: string): void => {
        this.output += text;
        if (!ready.test(this.output)) return;
        clearTimeout(timer);
        resolve();
      };
      for (const stream of [this.#child.stdout, this.#child.stderr]) {
        stream?.setEncoding("utf8").on("data", read);
      }
      this.#child.once("error", reject);
      this.#child.once("exit", (code) => {
        clearTimeout(timer);
        fail(`ended with ${code}`);
      });
    });
  }
}
