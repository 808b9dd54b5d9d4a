/**
 * Writes to a socket: everything that is sent in one turn of the event loop goes out in one write, and a lone message
 * goes out at once.
 *
 * Whoever sends once per turn, such as a handler that answers, gets its write at once; whoever sends several times gets
 * one write for all, when the turn is over.
 *
 * @module
 */

import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

import { returnSlab } from "./frame-slab.ts";
import { hasWritableHandle, pendingInHandle, writeToHandle } from "./handle-writer.ts";
import type { HandleOwner } from "./handle-writer.ts";
import { Loans, isSame } from "./loans.ts";
import { allocate } from "./platform.ts";
import { isPlainSocket } from "./plain-socket.ts";
import { JOIN_LIMIT, forgetSlab, join, joinInSlab } from "./slab.ts";
import { loopTurns, readTurns } from "./turns.ts";
import type { TurnMember, Turns } from "./turns.ts";

/** Where the bytes come from: the protocol, but for what else it does. */
export interface WriterSource {
  /** How many bytes `dataToSend` would return. */
  readonly readyBytes: number;
  /** How many bytes are going to come, but not yet. */
  readonly heldBytes: number;
  /** The chunks must not change before they are written, but for what was borrowed or lent. */
  dataToSend(): Uint8Array[];
}

/** Whom the writer tells that {@link SocketWriter.length} has gone down otherwise than by `submit` or `flush`. */
export interface WriterOwner {
  drained(): void;
}

/** Bytes are written when there are this many, whether or not the turn is over. */
const FLUSH_SIZE = 64 * 1024;

/** Chunks above this size are not copied when there is more than `JOIN_LIMIT` in all. */
const LARGE = 16 * 1024;

const NOTHING = Buffer.alloc(0);

/** `handle`: a socket of the system whose stream can be passed by. */
type Way = "stream" | "socket" | "handle";

export class SocketWriter implements TurnMember, HandleOwner {
  readonly #socket: Duplex;
  readonly #source: WriterSource;
  readonly #owner: WriterOwner;
  /** Calls the owner; made for the first write that is not done at once. */
  #drained: (() => void) | undefined;
  readonly #way: Way;
  #loans: Loans | undefined;
  #isScheduled = false;
  #isWatching = false;
  #flushedIn = -1;
  #turn = -1;
  #submits = 0;
  #isBursty = false;
  #isCorked = false;
  unfinishedWrites = 0;

  constructor(socket: Duplex, source: WriterSource, owner: WriterOwner) {
    this.#socket = socket;
    this.#source = source;
    this.#owner = owner;
    this.#way = wayOf(socket);
  }

  /** A write has been taken by the kernel, entirely, if nothing is left when it returns. */
  get #isPlain(): boolean {
    return this.#way !== "stream";
  }

  /** The bytes that the platform has not taken yet. */
  get length(): number {
    return this.#source.heldBytes + this.#source.readyBytes + this.#pending;
  }

  /** The bytes that were written and that the kernel has not taken yet. */
  get #pending(): number {
    return this.#socket.writableLength + pendingInHandle(this.#socket as Socket, this);
  }

  /** Announces bytes that must not change before the promise resolves. They come from the source later. */
  lend(bytes: Uint8Array): Promise<void> {
    return (this.#loans ??= new Loans()).add(bytes);
  }

  /** Until {@link SocketWriter.uncork}, `submit` leaves everything to it. */
  cork(): void {
    this.#isCorked = true;
  }

  /** @param received How many messages have come: the answers to several go together, whenever they are sent. */
  uncork(received: number): void {
    this.#isCorked = false;
    if (received > 1) {
      this.#enterTurn();
      this.#isBursty = true;
    }
    if (this.#isPlain || this.#flushedIn !== loopTurns.current) this.flush();
    else if (this.#source.readyBytes > 0) this.#schedule();
  }

  get #turns(): Turns {
    return this.#isPlain ? readTurns : loopTurns;
  }

  /** The source has another message, or several that belong together. */
  submit(): void {
    const turn = this.#enterTurn();
    this.#submits++;
    const { readyBytes } = this.#source;
    if (readyBytes >= FLUSH_SIZE) this.flush();
    else if (this.#isCorked || readyBytes === 0) return;
    else if (this.#isBursty || this.#flushedIn === turn || this.#isScheduled) this.#schedule();
    else {
      this.flush();
      if (this.#isPlain) readTurns.written();
    }
  }

  /** Writes what the source has. `borrowed`: memory that changes as soon as this returns. */
  flush(borrowed?: Uint8Array): void {
    const { readyBytes } = this.#source;
    if (readyBytes > 0) this.#writeAll(this.#source.dataToSend(), readyBytes, borrowed);
    if (this.#loans && this.#source.heldBytes === 0) this.#loans.returnUnused();
  }

  /** The kernel has taken something. */
  drained(): void {
    this.#owner.drained();
  }

  turnOver(): void {
    this.#isScheduled = false;
    this.flush();
    this.#owner.drained();
  }

  /** Writes what the source has, and ends this side of the stream. */
  end(): void {
    this.flush();
    if (this.#socket.writable) this.#socket.end();
  }

  /** The socket is closed. */
  stop(): void {
    this.#loans?.returnAll();
  }

  #enterTurn(): number {
    const turn = this.#turns.current;
    if (this.#turn !== turn) {
      this.#turn = turn;
      // What was so in the turn before is mostly so in this one.
      this.#isBursty = this.#submits > 1;
      this.#submits = 0;
    }
    return turn;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#turns.atEnd(this);
  }

  #writeAll(chunks: Uint8Array[], size: number, borrowed: Uint8Array | undefined): void {
    this.#flushedIn = this.#turns.current;
    if (!this.#isPlain) loopTurns.written();
    if (this.#socket.writable) this.#writeChunks(chunks, size, borrowed);
    if (!this.#isPlain) return;
    const isDone = this.#pending === 0;
    for (const chunk of chunks) returnSlab(chunk, isDone);
  }

  #writeChunks(chunks: Uint8Array[], size: number, borrowed: Uint8Array | undefined): void {
    const [only] = chunks;
    if (borrowed && chunks.some((chunk) => isSame(chunk, borrowed)))
      this.#writeJoined(chunks, size);
    else if (chunks.length === 1) this.#write(only as Uint8Array);
    else if (size <= JOIN_LIMIT && !this.#loans?.size) this.#writeJoined(chunks, size);
    else this.#writePieces(chunks);
  }

  #writeJoined(chunks: Uint8Array[], size: number): void {
    if (!this.#isPlain || size > JOIN_LIMIT) {
      this.#write(join(chunks, allocate(size)));
      return;
    }
    const joined = joinInSlab(chunks, size);
    this.#write(joined);
    // The kernel did not take all of it, so the socket still reads from it.
    if (this.#pending > 0) forgetSlab(joined);
  }

  /** Writes small chunks together and large ones as they are. */
  #writePieces(chunks: Uint8Array[]): void {
    let run: Uint8Array[] = [];
    let size = 0;
    const writeRun = (): void => {
      if (run.length > 0) this.#write(join(run, allocate(size)));
      run = [];
      size = 0;
    };
    this.#socket.cork();
    for (const chunk of chunks) {
      if (chunk.length > LARGE) {
        writeRun();
        this.#write(chunk);
      } else {
        run.push(chunk);
        size += chunk.length;
      }
    }
    writeRun();
    this.#socket.uncork();
  }

  #write(chunk: Uint8Array): void {
    const socket = this.#socket;
    const returnLoan = this.#loans?.find(chunk);
    try {
      if (returnLoan) socket.write(chunk, () => (returnLoan(), this.#owner.drained()));
      else if (!this.#isPlain) socket.write(chunk, (this.#drained ??= () => this.#owner.drained()));
      else if (this.#way !== "handle" || !writeToHandle(socket as Socket, chunk, this)) {
        socket.write(chunk);
        if (socket.writableLength > 0) this.#watch();
      }
    } catch (error) {
      // Only a stream that an application made itself throws. The connection ends, and no other one suffers.
      socket.destroy(error as Error);
    }
  }

  /** An empty write tells when those before it are done. Most writes are done at once, and need no callback. */
  #watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    this.#socket.write(NOTHING, () => {
      this.#isWatching = false;
      if (!this.#socket.destroyed && this.#socket.writableLength > 0) this.#watch();
      this.#owner.drained();
    });
  }
}

function wayOf(socket: Duplex): Way {
  if (!isPlainSocket(socket)) return "stream";
  return hasWritableHandle(socket) ? "handle" : "socket";
}
