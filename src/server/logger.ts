/**
 * Where the server says what happened. What it says names addresses, hosts, origins and paths, and never query
 * strings, cookies, credentials or messages.
 *
 * @module
 */

/** Shaped like `console`, so that `console` is one, as are the loggers that most applications have. */
export interface Logger {
  debug(message: string, ...details: unknown[]): void;
  info(message: string, ...details: unknown[]): void;
  warn(message: string, ...details: unknown[]): void;
  error(message: string, ...details: unknown[]): void;
}

const PREFIX = "fullduplex:";

/* eslint-disable no-console -- this is the one place that writes to it */

/** Warnings and errors go to the console; the rest, such as connections coming and going, is not written. */
export const defaultLogger: Logger = {
  debug() {},
  info() {},
  warn: (message, ...details) => console.warn(PREFIX, message, ...details),
  error: (message, ...details) => console.error(PREFIX, message, ...details),
};

const MAX_QUOTED = 200;

/** What a peer sent, made fit for a line of a log: quoted, without control characters, and cut. */
export function quote(text: string): string {
  const cut = text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
  // JSON leaves DEL and the C1 control characters as they are, which terminals obey.
  return JSON.stringify(cut).replace(/[\x7f-\x9f\u2028\u2029]/g, "?");
}
