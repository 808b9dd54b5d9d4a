/**
 * A terminal with a prompt at the bottom, and above it what happens.
 *
 * @module
 */

import { clearScreenDown, createInterface, cursorTo, moveCursor } from "node:readline";
import type { Interface } from "node:readline";

import { MAX_LINES } from "./history.ts";
import { write } from "./io.ts";
import type { Io } from "./io.ts";

const PROMPT = "> ";

/** What the user does. */
export interface ScreenListener {
  line(line: string): void;
  /** Ctrl-C. */
  interrupted(): void;
  /** Ctrl-D, or the terminal is gone. */
  ended(): void;
}

export class Screen {
  readonly #io: Pick<Io, "stdin" | "stdout">;
  readonly #readline: Interface;
  #isClosed = false;
  /** The lines that were typed, the latest first. */
  history: readonly string[];

  /** Shows the prompt, until {@link Screen.close}. */
  constructor(
    io: Pick<Io, "stdin" | "stdout">,
    history: readonly string[],
    listener: ScreenListener,
  ) {
    this.#io = io;
    this.history = history;
    const readline = createInterface({
      input: io.stdin,
      output: io.stdout,
      terminal: true,
      prompt: PROMPT,
      history: [...history],
      historySize: MAX_LINES,
      removeHistoryDuplicates: true,
    });
    this.#readline = readline;
    readline.on("history", (lines) => this.#remember(lines));
    readline.on("SIGINT", () => listener.interrupted());
    readline.on("close", () => {
      if (this.#isClosed) return;
      // What is still to come is printed from the beginning of a line on, and there is no prompt any more.
      this.#isClosed = true;
      io.stdout.write("\n");
      listener.ended();
    });
    readline.on("line", (line) => {
      listener.line(line);
      if (!this.#isClosed) readline.prompt();
    });
    readline.prompt();
  }

  /** Prints lines above the prompt, and resolves when they are written. They must have been escaped. */
  print(text: string): Promise<void> {
    if (this.#isClosed) return write(this.#io.stdout, `${text}\n`);
    this.#clearInput();
    const written = write(this.#io.stdout, `${text}\n`);
    // Readline would go up as many rows as it thinks that it is below the prompt's.
    Object.assign(this.#readline, { prevRows: 0 });
    this.#readline.prompt(true);
    return written;
  }

  /** Takes the prompt away, and gives the terminal back. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#clearInput();
    this.#readline.close();
  }

  /** Leaves the cursor where the prompt began. */
  #clearInput(): void {
    const { stdout } = this.#io;
    const { rows } = this.#readline.getCursorPos();
    cursorTo(stdout, 0);
    if (rows > 0) moveCursor(stdout, 0, -rows);
    clearScreenDown(stdout);
  }

  /** As in shells, a line that begins with a blank is not remembered: it may hold a secret. */
  #remember(lines: string[]): void {
    if (lines[0]?.startsWith(" ")) lines.shift();
    this.history = [...lines];
  }
}
