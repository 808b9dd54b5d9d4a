/**
 * Commands, their options, and the words after a command's name.
 *
 * @module
 */

import { parseArgs } from "node:util";

import { closest } from "../util/closest.ts";

/** The program was called in a way that makes no sense. The message says what is wrong; it never holds a secret. */
export class UsageError extends Error {}

/** An option of a command. */
export interface OptionSpec {
  /** One letter. */
  readonly short?: string;
  /** What its value is called in the help; without one it is a switch. */
  readonly value?: string;
  /** It may be given several times. */
  readonly multiple?: true;
  readonly help: string;
}

/** A command, as far as parsing and help are concerned. */
export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  /** The names of what it takes besides options, all of them required. */
  readonly operands: readonly string[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** What the help says besides. */
  readonly notes?: string;
}

/** What was given on the command line, by the names of the options. */
export class Arguments {
  readonly #values: ReadonlyMap<string, string | boolean | readonly (string | boolean)[]>;
  readonly operands: readonly string[];

  constructor(
    values: ReadonlyMap<string, string | boolean | readonly (string | boolean)[]>,
    operands: readonly string[],
  ) {
    this.#values = values;
    this.operands = operands;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    return typeof value === "string" ? value : undefined;
  }

  texts(name: string): readonly string[] {
    const values = this.#values.get(name);
    return Array.isArray(values) ? (values as string[]) : [];
  }

  /** @throws UsageError for what is no whole number of that range. */
  integer(name: string, min: number, max: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const number = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (number >= min && number <= max) return number;
    throw new UsageError(`--${name} takes a whole number from ${min} to ${max}`);
  }

  /** @throws UsageError when more than one of the options is given. */
  atMostOneOf(...names: readonly string[]): void {
    const given = names.filter((name) => this.has(name)).map((name) => `--${name}`);
    if (given.length > 1) throw new UsageError(`${given.join(" and ")} exclude each other`);
  }
}

const HELP: OptionSpec = { short: "h", help: "Show this help." };

/** The longest duration that timers know, in milliseconds. */
export const MAX_DURATION: number = 2 ** 31 - 1;

function allOptions(spec: CommandSpec): Readonly<Record<string, OptionSpec>> {
  return { ...spec.options, help: HELP };
}

/**
 * Reads the words after a command's name; `"help"` when help was asked for.
 *
 * @throws UsageError for options that the command doesn't have, and for too many or too few operands.
 */
export function readArguments(spec: CommandSpec, words: readonly string[]): Arguments | "help" {
  const options = Object.fromEntries(
    Object.entries(allOptions(spec)).map(([name, { short, value, multiple = false }]) => {
      const type = value === undefined ? ("boolean" as const) : ("string" as const);
      return [name, { type, multiple, ...(short !== undefined && { short }) }];
    }),
  );
  let parsed;
  try {
    parsed = parseArgs({ args: [...words], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(explain(error as NodeJS.ErrnoException, Object.keys(options)));
  }
  const { positionals } = parsed;
  const values = new Map(Object.entries(parsed.values).map(([key, value]) => [key, value ?? true]));
  if (values.has("help")) return "help";
  const missing = spec.operands[positionals.length];
  if (missing !== undefined) throw new UsageError(`<${missing}> is missing`);
  if (positionals.length > spec.operands.length) {
    throw new UsageError(
      `${JSON.stringify(positionals[spec.operands.length])} is one word too many`,
    );
  }
  return new Arguments(values, positionals);
}

/** Node's messages go on about `--` and positional arguments; and they know no similar names. */
function explain(error: NodeJS.ErrnoException, names: readonly string[]): string {
  const option = /'(-[^'\s,=]*)/.exec(error.message)?.[1] ?? "an option";
  switch (error.code) {
    case "ERR_PARSE_ARGS_UNKNOWN_OPTION": {
      const similar = closest(option.replace(/^-+/, ""), names);
      const hint = similar === undefined ? "" : `; did you mean --${similar}?`;
      return `unknown option ${option}${hint}`;
    }
    case "ERR_PARSE_ARGS_INVALID_OPTION_VALUE":
      if (error.message.includes("does not take")) return `${option} takes no value`;
      if (error.message.includes("ambiguous")) {
        return `${option} takes a value; one that begins with "-" is written as ${option}=-…`;
      }
      return `${option} takes a value`;
    default:
      return error.message;
  }
}

/** The text for `--help`. */
export function helpFor(spec: CommandSpec): string {
  const operands = spec.operands.map((name) => ` <${name}>`).join("");
  const rows = Object.entries(allOptions(spec)).map(([name, { short, value, help }]) => {
    const letter = short === undefined ? "    " : `-${short}, `;
    return [`${letter}--${name}${value === undefined ? "" : ` <${value}>`}`, help] as const;
  });
  const lines = [
    `Usage: fullduplex ${spec.name} [options]${operands}`,
    "",
    spec.summary,
    "",
    "Options:",
    ...table(rows),
  ];
  if (spec.notes !== undefined) lines.push("", spec.notes);
  return `${lines.join("\n")}\n`;
}

/** Rows of two columns, indented. */
export function table(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
