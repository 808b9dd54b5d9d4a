/**
 * Commands and their answers: what waits for a connection, and what waits for the server.
 *
 * @module
 */

import { LimitError, TimeoutError } from "../../errors.ts";
import type { Clock } from "../../util/clock.ts";
import { interruptible } from "../../util/interruptible.ts";
import { quiet } from "../../util/quiet.ts";
import { ChannelError } from "../server/errors.ts";
import type { CallOptions } from "./types.ts";
import type { Reply } from "./wire.ts";

/** Sends a line. */
export type Write = (line: string) => Promise<void>;

/** How a call is settled; `size` is the length of the answer. */
interface Settlers<Result> {
  readonly resolve: (result: Result, size: number) => void;
  readonly reject: (error: unknown) => void;
}

interface Call extends Settlers<never> {
  readonly method: string;
  readonly line: string;
  isSent: boolean;
}

export class Calls {
  readonly #clock: Clock;
  readonly #timeout: number;
  readonly #limit: number;
  readonly #calls = new Map<number, Call>();
  /** Ids go on from one connection to the next, so that none is answered twice. */
  #lastId = 0;
  #size = 0;
  #write: Write | undefined;
  #end: { readonly error: unknown } | undefined;

  constructor(clock: Clock, timeout: number, limit: number) {
    this.#clock = clock;
    this.#timeout = timeout;
    this.#limit = limit;
  }

  /** Asks the server as soon as there is a connection. */
  request<Result>(
    method: string,
    params: object,
    { timeout = this.#timeout, signal }: CallOptions = {},
  ): Promise<Result> {
    return this.#interruptible(method, { timeout, signal }, (resolve, reject) => {
      const id = ++this.#lastId;
      const line = lineOf(method, params, id);
      return this.#add(id, { method, line, resolve, reject, isSent: false });
    });
  }

  /** Sends what is not answered. */
  post(
    method: string,
    params: object,
    { timeout = this.#timeout, signal }: CallOptions = {},
  ): Promise<void> {
    const line = lineOf(method, params);
    if (this.#write && !signal?.aborted) return this.#write(line);
    return this.#interruptible(method, { timeout, signal }, (resolve, reject) =>
      this.#add(++this.#lastId, { method: "", line, resolve, reject, isSent: false }),
    );
  }

  /**
   * A line for the connection that there is, which the caller sends. What comes of it is told at once, before what the
   * server sends next. It is forgotten with the connection, like all that was sent.
   */
  prepare<Result>(method: string, params: object, { resolve, reject }: Settlers<Result>): string {
    const id = ++this.#lastId;
    const line = lineOf(method, params, id);
    const over = (): void => {
      this.#clock.clearTimeout(timer);
      this.#calls.delete(id);
    };
    const fail = (error: unknown): void => {
      over();
      reject(error);
    };
    const succeed = (result: Result, size: number): void => {
      over();
      resolve(result, size);
    };
    const timer = this.#clock.setTimeout(
      () => fail(new TimeoutError(method, this.#timeout)),
      this.#timeout,
    );
    this.#calls.set(id, { method, line, resolve: succeed, reject: fail, isSent: true });
    return line;
  }

  /** There is a connection, over which goes what waits. */
  open(write: Write): void {
    this.#write = write;
    for (const call of this.#calls.values()) if (!call.isSent) this.#send(call, write);
  }

  /** The connection has gone, and with it the answers to all that was sent. */
  close(error: unknown): void {
    this.#write = undefined;
    for (const call of this.#calls.values()) if (call.isSent) call.reject(error);
  }

  /** Nothing more can be asked. */
  end(error: unknown): void {
    this.#end = { error };
    this.#write = undefined;
    for (const call of this.#calls.values()) call.reject(error);
  }

  /** An answer. (To what was given up meanwhile, perhaps.) */
  settle(reply: Reply, size: number): void {
    const call = this.#calls.get(reply.id ?? 0);
    if (!call) return;
    const { error } = reply;
    if (!error) return call.resolve((reply[call.method] ?? {}) as never, size);
    const { code, message, temporary = false } = error;
    call.reject(new ChannelError(code, message, { temporary }));
  }

  #interruptible<Result>(
    method: string,
    { timeout, signal }: CallOptions,
    begin: (resolve: (result: Result) => void, reject: (error: unknown) => void) => () => void,
  ): Promise<Result> {
    return quiet(interruptible(method, { clock: this.#clock, timeout, signal }, begin));
  }

  /** Returns how to forget it. Throws when it can't be taken. */
  #add(id: number, call: Call): () => void {
    if (this.#end) throw this.#end.error;
    const { length } = call.line;
    if (this.#size > 0 && this.#size + length > this.#limit) {
      throw new LimitError("too much waits for the server (characters)", this.#limit, 1008);
    }
    this.#size += length;
    this.#calls.set(id, call);
    if (this.#write) this.#send(call, this.#write);
    return () => {
      this.#calls.delete(id);
      this.#size -= length;
    };
  }

  #send(call: Call, write: Write): void {
    call.isSent = true;
    const sent = write(call.line);
    if (call.method === "") call.resolve(sent as never, 0);
  }
}

function lineOf(method: string, params: object, id?: number): string {
  return JSON.stringify({ id, [method]: params });
}
