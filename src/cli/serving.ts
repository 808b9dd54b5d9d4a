/**
 * What the commands that run a server have in common.
 *
 * @module
 */

import { inspect } from "node:util";

import type { Logger } from "../server/index.ts";
import { UsageError } from "./arguments.ts";
import type { Arguments, OptionSpec } from "./arguments.ts";
import { ExitCode } from "./exit-codes.ts";
import { describeError, escape } from "./format.ts";
import type { Io } from "./io.ts";

export const LISTEN_OPTIONS: Readonly<Record<"port" | "host", OptionSpec>> = {
  port: { value: "number", help: "The port to listen on. Default: 0, that is any that is free." },
  host: { value: "address", help: "The address to listen on. Default: 127.0.0.1." },
};

/** Where to listen. */
export interface ListenChoice {
  readonly port?: number;
  readonly host?: string;
}

export function readListen(given: Arguments): ListenChoice {
  const port = given.integer("port", 0, 65_535);
  const host = given.text("host");
  return { ...(port !== undefined && { port }), ...(host !== undefined && { host }) };
}

/** Something that listens. */
export interface Running {
  readonly url: string;
  /** What else there is to say, a line each. */
  readonly notes?: readonly string[];
  close(): Promise<void>;
}

/** Starts a server, says where it listens, and closes it when a signal comes; the next one ends the process at once. */
export async function serveUntilSignal(io: Io, start: () => Promise<Running>): Promise<number> {
  let running;
  try {
    running = await start();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) {
      throw new UsageError(error.message, { cause: error });
    }
    if (!isFromSystem(error)) throw error;
    io.stderr.write(`fullduplex: ${describeError(error)}\n`);
    return ExitCode.NotConnected;
  }
  const lines = [`listening on ${running.url}`, ...(running.notes ?? [])];
  io.stdout.write(`${lines.join("\n")}\n`);
  await new Promise<void>((resolve) => {
    const stop = io.onSignal(() => {
      stop();
      resolve();
    });
  });
  await running.close();
  return ExitCode.Ok;
}

function isFromSystem(error: unknown): boolean {
  return error instanceof Error && ("syscall" in error || isFromSystem(error.cause));
}

/** Warnings and errors go to the standard error. */
export function logTo({ stderr }: Io): Logger {
  const log = (message: string, ...details: unknown[]): void => {
    const shown = details.map((detail) => ` ${escape(inspect(detail), "\n")}`);
    stderr.write(`fullduplex: ${escape(message)}${shown.join("")}\n`);
  };
  return { debug() {}, info() {}, warn: log, error: log };
}
