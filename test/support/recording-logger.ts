/**
 * A logger that remembers.
 *
 * @module
 */

import type { Logger } from "../../src/server/logger.ts";

export class RecordingLogger implements Logger {
  /** `"warn: what it said"`, in order. */
  readonly lines: string[] = [];
  readonly details: unknown[] = [];

  debug(message: string, ...details: unknown[]): void {
    this.#record("debug", message, details);
  }

  info(message: string, ...details: unknown[]): void {
    this.#record("info", message, details);
  }

  warn(message: string, ...details: unknown[]): void {
    this.#record("warn", message, details);
  }

  error(message: string, ...details: unknown[]): void {
    this.#record("error", message, details);
  }

  /** The lines of these levels. */
  of(...levels: readonly (keyof Logger)[]): string[] {
    return this.lines.filter((line) => levels.some((level) => line.startsWith(`${level}: `)));
  }

  #record(level: string, message: string, details: readonly unknown[]): void {
    this.lines.push(`${level}: ${message}`);
    this.details.push(...details);
  }
}
