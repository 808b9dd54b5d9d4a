/**
 * From the words on the command line to a command.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { inspect } from "node:util";

import { helpFor, readArguments, table, UsageError } from "./arguments.ts";
import type { Arguments, CommandSpec } from "./arguments.ts";
import { closest } from "../util/closest.ts";
import { CONNECT, connectCommand } from "./connect-command.ts";
import { ECHO, echoCommand } from "./echo-command.ts";
import { ExitCode } from "./exit-codes.ts";
import { escape } from "./format.ts";
import { HUB, hubCommand } from "./hub-command.ts";
import type { Io } from "./io.ts";
import { WAMP_CONFORMANCE, wampConformanceCommand } from "./wamp-conformance-command.ts";

/** A command, and what it does; it answers with the exit code. */
interface Command {
  readonly spec: CommandSpec;
  readonly run: (given: Arguments, io: Io) => Promise<number>;
}

const COMMANDS: readonly Command[] = [
  { spec: CONNECT, run: connectCommand },
  { spec: ECHO, run: echoCommand },
  { spec: HUB, run: hubCommand },
  { spec: WAMP_CONFORMANCE, run: wampConformanceCommand },
];

/** Runs the program, and answers with its exit code. Never rejects. */
export async function run(words: readonly string[], io: Io): Promise<number> {
  const [name = "", ...rest] = words;
  const command = COMMANDS.find(({ spec }) => spec.name === name);
  try {
    if (command) return await runCommand(command, rest, io);
    if (name === "--help" || name === "-h" || name === "help") io.stdout.write(overview());
    else if (name === "--version") io.stdout.write(`${version()}\n`);
    else throw new UsageError(explain(name));
    return ExitCode.Ok;
  } catch (error) {
    if (!(error instanceof UsageError)) {
      io.stderr.write(`fullduplex: this is a defect: ${escape(inspect(error), "\n")}\n`);
      return ExitCode.Defect;
    }
    const topic = command ? `${command.spec.name} --help` : "--help";
    io.stderr.write(`fullduplex: ${escape(error.message)}\nSee fullduplex ${topic}\n`);
    return ExitCode.Usage;
  }
}

async function runCommand(command: Command, words: readonly string[], io: Io): Promise<number> {
  const given = readArguments(command.spec, words);
  if (given !== "help") return await command.run(given, io);
  io.stdout.write(helpFor(command.spec));
  return ExitCode.Ok;
}

function explain(name: string): string {
  if (name === "") return "which command?";
  if (name.startsWith("-")) return `unknown option ${name}`;
  const similar = closest(
    name,
    COMMANDS.map(({ spec }) => spec.name),
  );
  const hint = similar === undefined ? "" : `; did you mean ${similar}?`;
  return `unknown command ${JSON.stringify(name)}${hint}`;
}

function overview(): string {
  const lines = [
    "Usage: fullduplex <command> [options]",
    "",
    "Commands:",
    ...table(COMMANDS.map(({ spec }) => [spec.name, spec.summary])),
    "",
    "Options:",
    ...table([
      ["-h, --help", "Show this help; after a command, the command's."],
      ["    --version", "Show the version."],
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

/** The package's own. The path is the same from `src` and from `dist`. */
function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
