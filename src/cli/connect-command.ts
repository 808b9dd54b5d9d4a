/**
 * `fullduplex connect`: a client for people, and for scripts.
 *
 * @module
 */

import { connect } from "../client/node/index.ts";
import type { CloseInfo, Connection } from "../client/node/index.ts";
import { UsageError } from "./arguments.ts";
import type { Arguments, CommandSpec } from "./arguments.ts";
import { CONNECT_OPTIONS, readSettings } from "./connect-settings.ts";
import type { ConnectSettings } from "./connect-settings.ts";
import { ExitCode, SIGNAL_EXIT_CODES } from "./exit-codes.ts";
import { describeClose, describeError, escape, isTimeout } from "./format.ts";
import { runInteractive } from "./interactive.ts";
import type { Io, Signal } from "./io.ts";
import { Notes } from "./notes.ts";
import { runPiped } from "./piped.ts";
import { SECURE_MARK, TracingAgent } from "./tracing-agent.ts";

export const CONNECT: CommandSpec = {
  name: "connect",
  summary: "Connect to a WebSocket server, to send and receive by hand or in a script.",
  operands: ["url"],
  options: CONNECT_OPTIONS,
  notes: `In a terminal there is a prompt; /help shows what can be typed. Otherwise each line of the standard input is a
message, and each message that comes is a line of the standard output, control characters escaped.

Exit codes: 0 closed normally, 1 wrong usage, 2 no connection, 3 lost or closed abnormally, 4 timeout, 5 some input was
not sent, 130 and 143 ended by a signal.`,
};

/** Resolves with the exit code. */
export async function connectCommand(given: Arguments, io: Io): Promise<number> {
  const settings = readSettings(given, io);
  const notes = new Notes(io);
  for (const warning of settings.warnings) notes.print(`warning: ${warning}`);
  const ending = new Ending();
  const stopListening = io.onSignal((signal) => ending.signal(signal));
  try {
    const connection = await open(settings, notes, ending);
    return typeof connection === "number"
      ? connection
      : await converse(connection, io, { settings, notes, ending });
  } finally {
    stopListening();
  }
}

/** What signals do: give up connecting, then close, then cut. */
class Ending {
  readonly #abort = new AbortController();
  connection: Connection | undefined;
  /** What the first signal makes the exit code. */
  exitCode: number | undefined;

  get aborted(): AbortSignal {
    return this.#abort.signal;
  }

  signal(signal: Signal): void {
    this.exitCode ??= SIGNAL_EXIT_CODES[signal];
    this.#abort.abort();
    if (this.connection?.state === "open") void this.connection.close();
    else this.connection?.terminate();
  }
}

/** A connection, or the exit code when there is none; the reason has been printed then. */
async function open(
  { url, options, trace }: ConnectSettings,
  notes: Notes,
  ending: Ending,
): Promise<Connection | number> {
  const traced = trace && {
    agent: new TracingAgent((line) => notes.print(line)),
    tls: { ...SECURE_MARK, ...options.tls },
  };
  try {
    const signal = ending.aborted;
    ending.connection = await connect(url, { ...options, ...traced, signal });
    return ending.connection;
  } catch (error) {
    if (ending.exitCode !== undefined) return ending.exitCode;
    if (error instanceof TypeError || error instanceof RangeError) {
      throw new UsageError(error.message, { cause: error });
    }
    notes.print(`fullduplex: ${describeError(error)}`);
    return isTimeout(error) ? ExitCode.Timeout : ExitCode.NotConnected;
  }
}

/** What a conversation needs to know. */
interface Circumstances {
  readonly settings: ConnectSettings;
  readonly notes: Notes;
  readonly ending: Ending;
}

async function converse(
  connection: Connection,
  io: Io,
  { settings, notes, ending }: Circumstances,
): Promise<number> {
  const { mode } = settings;
  const isInteractive = io.stdin.isTTY === true && io.stdout.isTTY === true;
  let refused = 0;
  try {
    if (isInteractive) {
      notes.print(greeting(connection));
      const interrupted = (): void => ending.signal("SIGINT");
      await runInteractive(connection, io, { mode, notes, interrupted });
    } else {
      const raw = settings.raw && io.stdout.isTTY !== true;
      refused = await runPiped(connection, io, { ...settings, raw, notes });
    }
  } finally {
    connection.terminate();
  }
  const info = await connection.closed;
  const exitCode = ending.exitCode ?? exitCodeOf(info);
  // In a script, the end that was asked for is not worth a word.
  if (isInteractive || info.initiator === "remote" || info.error !== undefined) {
    notes.print(describeClose(info));
  }
  return exitCode === ExitCode.Ok && refused > 0 ? ExitCode.BadInput : exitCode;
}

function greeting({ request, subprotocol }: Connection): string {
  const { url } = request as { url: string };
  const chosen = subprotocol === undefined ? "" : `, subprotocol ${subprotocol}`;
  return escape(`connected to ${url}${chosen}; /help shows what can be typed`);
}

/** A close that the user asked for is normal with any code. */
function exitCodeOf({ code, wasClean, initiator, error }: CloseInfo): number {
  if (isTimeout(error)) return ExitCode.Timeout;
  if (!wasClean || error !== undefined) return ExitCode.Abnormal;
  const isNormal = initiator === "local" || code === 1000 || code === 1001 || code === 1005;
  return isNormal ? ExitCode.Ok : ExitCode.Abnormal;
}
