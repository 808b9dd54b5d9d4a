/**
 * `fullduplex connect` without a terminal: lines in, lines out.
 *
 * @module
 */

import type { Readable } from "node:stream";

import { ClosedError } from "../client/node/index.ts";
import type { Connection, Message } from "../client/node/index.ts";
import { write } from "./io.ts";
import type { Io } from "./io.ts";
import { readLines } from "./lines.ts";
import { Lull } from "./lull.ts";
import type { Notes } from "./notes.ts";
import { InputError, readMessage, showMessage } from "./payload.ts";
import type { Mode } from "./payload.ts";
import { receive } from "./receive.ts";

/** How to read and write. Durations are milliseconds. */
export interface PipedOptions {
  readonly mode: Mode;
  readonly raw: boolean;
  readonly wait: number;
  readonly timeout: number;
  readonly notes: Notes;
}

/** The longest line of input, in bytes. */
const MAX_LINE = 64 * 1024 * 1024;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Resolves when the connection is closed, with the number of lines that were no message, and were not sent. */
export async function runPiped(
  connection: Connection,
  { stdin, stdout }: Io,
  options: PipedOptions,
): Promise<number> {
  const { mode, raw } = options;
  const lull = new Lull(options.wait);
  const closeUnheard = (): void => void connection.close();
  stdout.once("error", closeUnheard);
  const received = receive(connection, async (message) => {
    lull.message();
    await write(stdout, raw ? rawOutput(message) : `${showMessage(mode, message)}\n`);
  });
  // The input may go on for ever, or never begin.
  void connection.closed.then(() => {
    lull.stop();
    stdin.destroy();
  });
  const refused = sendLines(connection, stdin, options);
  void refused.then(() => closeInTime(connection, lull, options));
  await received;
  stdout.off("error", closeUnheard);
  return await refused;
}

/** Text becomes a line; bytes stay what they are. */
function rawOutput(message: Message): Message {
  return typeof message === "string" ? `${message}\n` : message;
}

/** Sends each line. Ends with the input or the connection, and never rejects. */
async function sendLines(
  connection: Connection,
  input: Readable,
  { mode, notes }: PipedOptions,
): Promise<number> {
  let number = 0;
  let refused = 0;
  try {
    for await (const line of readLines(input, MAX_LINE)) {
      number++;
      try {
        await connection.send(readLine(mode, line));
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        refused++;
        notes.print(`line ${number} was not sent: ${error.message}`);
      }
    }
  } catch (error) {
    // Reading ends in an error when it is broken off because the connection is closed.
    if (error instanceof ClosedError) notes.print(`line ${number} was not sent, nor what follows`);
    else if (connection.state === "open") notes.print("the input can't be read");
  }
  return refused;
}

function readLine(mode: Mode, line: Buffer | undefined): Message {
  if (!line) throw new InputError(`it is longer than ${MAX_LINE} bytes`);
  let text;
  try {
    text = decoder.decode(line);
  } catch {
    throw new InputError("it is no UTF-8");
  }
  return readMessage(mode, text);
}

/** After the end of the input: closes once the replies have come, as far as that can be known. */
async function closeInTime(
  connection: Connection,
  lull: Lull,
  options: PipedOptions,
): Promise<void> {
  const { wait, timeout } = options;
  if (wait === Infinity) return;
  if (wait > 0) await untilQuiet(connection, lull, timeout);
  await connection.close();
}

/** The answer to a ping says that all was received; then there is to be some time without a message. */
async function untilQuiet(connection: Connection, lull: Lull, timeout: number): Promise<void> {
  await answered(connection, timeout);
  for (let before = -1; connection.state === "open" && lull.messages !== before;) {
    await lull.wait();
    before = lull.messages;
    // A long message may have been coming all the time: the answer to another ping comes after it.
    await answered(connection, timeout);
  }
}

/** Waits for the answer to a ping, but not for ever. */
async function answered(connection: Connection, timeout: number): Promise<void> {
  let timer;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeout);
  });
  await Promise.race([connection.ping().then(ignore, ignore), late]);
  clearTimeout(timer);
}

function ignore(): void {}
