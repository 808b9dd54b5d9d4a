/**
 * `fullduplex connect` in a terminal: a prompt, and messages above it.
 *
 * @module
 */

import type { Connection } from "../client/node/index.ts";
import { describeError, elide } from "./format.ts";
import { History } from "./history.ts";
import type { Io } from "./io.ts";
import type { Notes } from "./notes.ts";
import { readMessage, showMessage } from "./payload.ts";
import type { Mode } from "./payload.ts";
import { receive } from "./receive.ts";
import { Screen } from "./screen.ts";
import { runSlashCommand } from "./slash-commands.ts";

/** How much of a message is shown, in characters. */
const MAX_SHOWN = 64 * 1024;

/** What there is besides the connection. */
export interface InteractiveOptions {
  readonly mode: Mode;
  readonly notes: Notes;
  /** Ctrl-C. */
  readonly interrupted: () => void;
}

/** Resolves when the connection is closed. */
export async function runInteractive(
  connection: Connection,
  io: Io,
  { mode, notes, interrupted }: InteractiveOptions,
): Promise<void> {
  const history = new History(io.env);
  const screen = new Screen(io, history.load(), {
    line: (line) => void typed(line, mode, { connection, print }),
    interrupted,
    ended: () => void connection.close(),
  });
  function print(text: string): void {
    void screen.print(text);
  }
  notes.divert(print);
  try {
    await receive(connection, (message) =>
      screen.print(`< ${elide(showMessage(mode, message), MAX_SHOWN)}`),
    );
  } finally {
    notes.divert(undefined);
    screen.close();
    history.save(screen.history);
  }
}

type Context = Parameters<typeof runSlashCommand>[1];

async function typed(line: string, mode: Mode, context: Context): Promise<void> {
  if (line.startsWith("/")) {
    await runSlashCommand(line, context);
    return;
  }
  if (line === "") return;
  try {
    await context.connection.send(readMessage(mode, line));
  } catch (error) {
    context.print(`not sent: ${describeError(error)}`);
  }
}
