/**
 * A process to run commands in: streams, variables and signals that a test holds the other end of.
 *
 * @module
 */

import { PassThrough } from "node:stream";

import type { Io, Signal } from "../../../src/cli/io.ts";

export interface FakeIoOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the streams are a terminal, of 40 columns. */
  readonly terminal?: boolean;
}

export class FakeIo implements Io {
  readonly stdin: PassThrough & { isTTY: boolean };
  readonly stdout: PassThrough & { isTTY: boolean };
  readonly stderr: PassThrough & { isTTY: boolean };
  readonly env: Readonly<Record<string, string>>;
  /** What was written so far. */
  out = "";
  err = "";
  readonly #listeners = new Set<(signal: Signal) => void>();
  readonly #waiting = new Set<() => void>();

  constructor({ env = {}, terminal: isTTY = false }: FakeIoOptions = {}) {
    const stream = (): PassThrough & { isTTY: boolean } =>
      Object.assign(new PassThrough(), { isTTY, columns: 40, rows: 24 });
    this.env = env;
    this.stdin = stream();
    this.stdout = stream();
    this.stderr = stream();
    this.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.out += text;
      this.#wake();
    });
    this.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.err += text;
      this.#wake();
    });
  }

  onSignal(listener: (signal: Signal) => void): () => void {
    this.#listeners.add(listener);
    this.#wake();
    return () => this.#listeners.delete(listener);
  }

  get isListeningForSignals(): boolean {
    return this.#listeners.size > 0;
  }

  signal(signal: Signal): void {
    for (const listener of this.#listeners) listener(signal);
  }

  /** Resolves once it is true; what is written, or listened for, is a reason to look again. */
  async until(condition: (io: this) => boolean): Promise<void> {
    while (!condition(this)) {
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
    }
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}
