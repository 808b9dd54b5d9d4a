/**
 * What can be typed besides messages.
 *
 * @module
 */

import type { Connection } from "../client/node/index.ts";
import { table } from "./arguments.ts";
import { describeError } from "./format.ts";
import { readBytes } from "./payload.ts";

/** What a command may use. */
export interface CommandContext {
  readonly connection: Connection;
  /** The text must have been escaped. */
  readonly print: (text: string) => void;
}

interface SlashCommand {
  readonly usage: string;
  readonly help: string;
  /** What it throws is shown. */
  readonly run: (rest: string, context: CommandContext) => Promise<unknown> | void;
}

const COMMANDS = new Map<string, SlashCommand>([
  [
    "ping",
    {
      usage: "/ping",
      help: "Measure the round trip.",
      async run(_, { connection, print }) {
        print(`pong after ${(await connection.ping()).toFixed(1)} ms`);
      },
    },
  ],
  ["close", { usage: "/close [code] [reason]", help: "Close the connection.", run: close }],
  [
    "binary",
    {
      usage: "/binary <hex>",
      help: "Send bytes; base64 is written as base64:AAEC.",
      run: (rest, { connection }) => connection.send(readBytes(rest)),
    },
  ],
  [
    "text",
    {
      usage: "/text <text>",
      help: "Send text as it is: any that begins with a slash, or none.",
      run: (rest, { connection }) => connection.send(rest),
    },
  ],
  ["help", { usage: "/help", help: "Show this.", run: (_, { print }) => print(help()) }],
]);

/** Runs a line that begins with a slash. What goes wrong is printed. */
export async function runSlashCommand(line: string, context: CommandContext): Promise<void> {
  const [, name = "", rest = ""] = /^\/(\S*)(?: (.*))?$/s.exec(line) ?? [];
  const command = COMMANDS.get(name);
  if (!command) {
    context.print("no such command; /help shows them, and /text sends what begins with a slash");
    return;
  }
  try {
    await command.run(rest, context);
  } catch (error) {
    context.print(`/${name}: ${describeError(error)}`);
  }
}

function close(rest: string, { connection }: CommandContext): void {
  const [code = "", ...reason] = rest.trim().split(" ");
  if (code === "") void connection.close();
  else void connection.close(/^\d+$/.test(code) ? Number(code) : NaN, reason.join(" "));
}

function help(): string {
  const rows = [...COMMANDS.values()].map(({ usage, help }) => [usage, help] as const);
  return [...table(rows), "Ctrl-D closes the connection."].join("\n");
}
