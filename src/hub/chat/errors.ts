/**
 * What can be wrong with what a client of the chat sends.
 *
 * @module
 */

import type { Problem } from "./protocol.ts";

/** A person asked for something that can't be: they are told, and the connection goes on. */
export class ChatProblem extends Error {
  readonly problem: Problem;
  readonly about: string | undefined;

  constructor(problem: Problem, message: string, about?: string) {
    super(message);
    this.name = "ChatProblem";
    this.problem = problem;
    this.about = about;
  }
}

/** The client is broken or means harm: its connection is closed. */
export class Misbehaviour extends Error {
  readonly closeCode: number;

  constructor(closeCode: number, message: string) {
    super(message);
    this.name = "Misbehaviour";
    this.closeCode = closeCode;
  }
}
