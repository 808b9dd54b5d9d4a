/**
 * What a case of the conformance suite is: what to send and in what pieces, what must come back, and how it must end.
 *
 * @module
 */

import type { Terms } from "./deflate-terms.ts";
import type { Frame } from "./frame.ts";

/** Something the peer under test did (or, for `silence`, did not do). */
export type Event =
  | { readonly type: "message"; readonly text: boolean; readonly payload: Uint8Array }
  | { readonly type: "pong"; readonly payload: Uint8Array }
  | { readonly type: "silence"; readonly label: string };

/** One step of a script. Steps run in order, until the peer closes. */
export type Step =
  /**
   * Frames, as one write; or each in a write and a turn of the event loop of its own ("frame"); or in pieces of that
   * many octets, wherever those fall. `close` says that one of them closes the connection.
   */
  | { readonly send: readonly Frame[]; readonly chop?: number | "frame"; readonly close?: boolean }
  /** The header of one frame whose payload follows in pieces. */
  | { readonly begin: { readonly opcode: number; readonly length: number } }
  | { readonly piece: Uint8Array }
  /** Waits for the peer to do anything at all; logs a silence if it does not in `ms`. */
  | { readonly hold: string; readonly ms: number }
  /** Waits until that many events came; logs a silence if they do not in `ms`. */
  | { readonly until: number; readonly label: string; readonly ms: number };

/** A fixed agenda and the events it must lead to, exactly and in order. */
export interface Script {
  readonly agenda: readonly Step[];
  readonly ok: readonly Event[];
  readonly nonStrict?: readonly Event[];
}

/** Messages sent one after the other, each once the one before it has come back. */
export interface Volley {
  readonly count: number;
  readonly text: boolean;
  /** The payload of each message in turn. */
  readonly payloads: () => Iterator<Uint8Array>;
  /** Deflate each message and cut the result into frames of that many octets; 0 is one frame. */
  readonly fragment?: number;
}

/** How the connection must end. */
export interface Ending {
  /** Who sends the first close frame (or, for the peer, fails the connection). */
  readonly by: "fuzzer" | "peer";
  /** The codes that the peer may send. The fuzzer itself closes with the first. */
  readonly codes: readonly number[];
  /** Whether both close frames must have been exchanged. */
  readonly clean: boolean;
  /** An ending by the wrong side fails the case itself: the peer did not see what was wrong. */
  readonly sideMatters?: boolean;
  /** A wrong close code fails the case itself: the code is what the case is about. */
  readonly codeMatters?: boolean;
}

export interface ConformanceCase {
  /** The suite's published number. */
  readonly id: string;
  readonly description: string;
  /** Made anew for each run: some are large. */
  readonly play: () => Script | Volley;
  readonly ending: Ending;
  /** The suite draws no conclusion: the outcome is recorded as INFORMATIONAL. */
  readonly informational?: boolean;
  /** permessage-deflate, which the peer must then agree to. */
  readonly deflate?: readonly Terms[];
  /** Milliseconds, 10,000 unless said, in which the peer must be done. */
  readonly deadline?: number;
}

export type Behaviour = "OK" | "NON-STRICT" | "INFORMATIONAL" | "UNIMPLEMENTED" | "FAILED";
export type CloseBehaviour =
  | "OK"
  | "INFORMATIONAL"
  | "WRONG CODE"
  | "UNCLEAN"
  | "FAILED BY CLIENT"
  | "FAILED";

export interface Verdict {
  readonly behaviour: Behaviour;
  readonly closeBehaviour: CloseBehaviour;
  /** The code in the peer's close frame; null if it sent none, or one without a code. */
  readonly closeCode: number | null;
  /** What was seen, for a person who looks into a failure. */
  readonly detail: string;
}
