/**
 * What a command sees of its process, so that tests can give it another one.
 *
 * @module
 */

import type { Readable, Writable } from "node:stream";

/** A signal that asks a program to end. */
export type Signal = "SIGINT" | "SIGTERM";

/** The streams and surroundings of a command. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Calls `listener` for each signal, in place of what the system does; until the function that it returns is called. */
  onSignal(listener: (signal: Signal) => void): () => void;
}

const SIGNALS: readonly Signal[] = ["SIGINT", "SIGTERM"];

export function processIo(): Io {
  const { stdin, stdout, stderr, env } = process;
  // A reader that went away, as in `| head -1`, is no reason to fail; who cares listens too.
  for (const stream of [stdout, stderr]) stream.on("error", () => {});
  return { stdin, stdout, stderr, env, onSignal };
}

function onSignal(listener: (signal: Signal) => void): () => void {
  for (const signal of SIGNALS) process.on(signal, listener);
  return () => {
    for (const signal of SIGNALS) process.off(signal, listener);
  };
}

/** Writes, and resolves when it is written or can't be. */
export function write(stream: Writable, data: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    stream.write(data, () => resolve());
  });
}
