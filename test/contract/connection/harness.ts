/**
 * What the groups of the contract for connections have in common.
 *
 * @module
 */

import { expect, onTestFinished, test } from "vitest";
import type { Connection, ConnectionOptions } from "../../../src/connection/connection.ts";
import type { Message } from "../../../src/connection/transport.ts";
import { FakeClock } from "../../../src/testing/fake-clock.ts";
import { turns } from "../../support/turns.ts";

/** Milliseconds after which what has not moved is taken to be stuck. */
const A_WHILE = 40;

/** Options of both ends. */
export interface OpenOptions extends ConnectionOptions {
  /** Called as soon as there is a far end, which may be before there is a near one. */
  readonly onFar?: (far: Connection) => void;
  /** Other options for the far end. */
  readonly farOptions?: ConnectionOptions;
}

/** Two connections that are each other's peer. The contract looks at the near one; the far one helps. */
export interface Ends {
  readonly near: Connection;
  readonly far: Connection;
  /** Ends both, however they are. */
  readonly dispose: () => unknown;
}

export type Open = (options?: OpenOptions) => Promise<Ends>;

/** A test that a transport can't pass, by its name, and why. */
export interface Skip {
  readonly test: string;
  readonly reason: string;
}

/** The contract as one transport has to pass it. */
export class Contract {
  readonly #open: Open;
  readonly #skips: Map<string, string>;
  readonly #unknown: Set<string>;

  constructor(open: Open, skips: readonly Skip[]) {
    this.#open = open;
    this.#skips = new Map(skips.map(({ test: name, reason }) => [name, reason]));
    this.#unknown = new Set(this.#skips.keys());
  }

  /** One promise of the contract. */
  promises(name: string, body: (open: Open) => Promise<void>): void {
    const reason = this.#skips.get(name);
    this.#unknown.delete(name);
    test(name, async (context) => {
      if (reason !== undefined) context.skip(reason);
      await body(async (options) => {
        const ends = await this.#open(options);
        onTestFinished(async () => void (await ends.dispose()));
        return ends;
      });
    });
  }

  /** Call it last: a skip of a test that isn't there would hide one that is. */
  checkSkips(): void {
    // (The groups before it are only run once all of this file has been.)
    test("every skipped test is one of the contract", () => expect([...this.#unknown]).toEqual([]));
  }
}

/** Both ends on a clock that stands still, without pings of their own. */
export function still(): { readonly clock: FakeClock; readonly keepalive: false } {
  return { clock: new FakeClock(), keepalive: false };
}

/** Noise, always the same. */
const noise = new Uint8Array(2 * 1024 * 1024);
for (let index = 0, state = 1; index < noise.length; index++) {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  noise[index] = state >>> 16;
}

/** Bytes that can't be compressed, at most 1 MiB of them, and that differ from those of another seed. */
export function bytes(length: number, seed = 0): Uint8Array<ArrayBuffer> {
  const offset = (seed * 7_919) % (1024 * 1024);
  return noise.slice(offset, offset + length);
}

/** How long a chunk is: short enough to be compressed at once. */
export const CHUNK: number = 32 * 1024;

/** A message to fill a connection with. */
export function chunk(index: number): Uint8Array {
  return bytes(CHUNK, index);
}

/** The next `count` messages. */
export async function receive(connection: Connection, count: number): Promise<Message[]> {
  const messages: Message[] = [];
  while (messages.length < count) messages.push(await connection.recv());
  return messages;
}

/** All messages until the connection ends, however it ends. */
export async function receiveAll(connection: Connection): Promise<Message[]> {
  const messages: Message[] = [];
  try {
    for (;;) messages.push(await connection.recv());
  } catch {
    return messages;
  }
}

/** A message in a form that compares quickly and prints shortly: `Buffer`s and plain arrays of bytes are the same. */
function brief(message: Message): string {
  if (typeof message === "string") return `text ${digest(Buffer.from(message))}`;
  return `bytes ${digest(message)}`;
}

function digest(data: Uint8Array): string {
  if (data.length <= 64) return Buffer.from(data).toString("hex");
  let hash = 7;
  for (const byte of data) hash = (Math.imul(hash, 31) + byte) | 0;
  return `${data.length} ${hash}`;
}

/** Expects messages to be the same, in the same order. */
export function expectSame(received: readonly Message[], sent: readonly Message[]): void {
  expect(received.map(brief)).toEqual(sent.map(brief));
}

/** Sends messages until `send` stays pending because the far end doesn't read; returns how many, and that promise. */
export async function fill(
  from: Connection,
  make: (index: number) => Message,
): Promise<{ readonly count: number; readonly blocked: Promise<void> }> {
  for (let count = 1; count < 10_000; count++) {
    const sent = from.send(make(count - 1));
    if (await isStuck(from, sent)) return { count, blocked: sent };
  }
  throw new Error("send never waited");
}

/** Nothing moves for a while: a message may have a way to go through other threads and the kernel. */
export async function isStuck(from: Connection, promise: Promise<void>): Promise<boolean> {
  let pending = true;
  let moved = performance.now();
  promise.then(
    () => (pending = false),
    () => (pending = false),
  );
  let amount = from.bufferedAmount;
  // (At least once: on a busy machine all the while may pass between two lines.)
  do {
    await turns();
    if (from.bufferedAmount !== amount) moved = performance.now();
    amount = from.bufferedAmount;
  } while (pending && performance.now() - moved < A_WHILE);
  return pending;
}
