/**
 * A run of a stub.
 *
 * @module
 */

import { StateError } from "../../errors.ts";
import type { AnyDocument } from "../store/types.ts";
import type { Document } from "../live/documents.ts";
import type { Random } from "../protocol/random/random.ts";
import { RandomStreams } from "../protocol/random/random-stream.ts";
import type { LocalDocuments } from "./local-documents.ts";
import type { LocalCollection, MethodCall, Simulation } from "./types.ts";

/** What stubs are run by. */
export interface InvocationHost {
  readonly userId: string | null;
  /** The collection, as that run writes to it. */
  collectionIn<T extends Document>(invocation: Invocation, name: string): LocalCollection<T>;
  /** Runs another stub as a part of that run. */
  callIn(invocation: Invocation, method: string, params: readonly unknown[]): MethodCall;
  /** Runs a write of a call's stub. */
  write<R>(call: string, documents: LocalDocuments, run: () => R): R;
}

/** What a run is about. */
export interface InvocationInit {
  readonly name: string;
  /** The call that the server will get. */
  readonly call: string;
  readonly host: InvocationHost;
  /** The run that this one is a part of, if it is of any; and where the seed comes from then. */
  readonly parent?: Invocation | undefined;
  readonly seed?: (() => string) | undefined;
}

export class Invocation implements Simulation {
  readonly name: string;
  readonly isSimulation = true as const;
  readonly callId: string;
  readonly #host: InvocationHost;
  readonly #parent: Invocation | undefined;
  readonly #getSeed: (() => string) | undefined;
  /** By method that this one calls: the seeds that were drawn for it; and how often it was called. */
  readonly #seeds = new Map<string, string[]>();
  readonly #counts = new Map<string, number>();
  #streams: RandomStreams | undefined;
  #isOver = false;

  constructor({ name, call, host, parent, seed }: InvocationInit) {
    this.name = name;
    this.callId = call;
    this.#host = host;
    this.#parent = parent;
    this.#getSeed = seed;
  }

  get userId(): string | null {
    return this.#host.userId;
  }

  get isOver(): boolean {
    return this.#isOver || this.#parent?.isOver === true;
  }

  /** What the method on the server has to draw from; `undefined` when nothing was drawn. */
  get seed(): string | undefined {
    return this.#streams?.seed;
  }

  get streams(): RandomStreams {
    this.#streams ??= new RandomStreams(this.#getSeed?.());
    return this.#streams;
  }

  random(name: string = ""): Random {
    return this.streams.stream(name);
  }

  collection<T extends Document = AnyDocument>(name: string): LocalCollection<T> {
    return this.#host.collectionIn<T>(this, name);
  }

  call(method: string, ...params: unknown[]): MethodCall {
    return this.#host.callIn(this, method, params);
  }

  write<R>(documents: LocalDocuments, run: () => R): R {
    // (The server may have answered already, so that nothing would undo it.)
    if (this.isOver) throw new StateError(`the stub of ${this.name} has returned`);
    return this.#host.write(this.callId, documents, run);
  }

  /**
   * Where the seed of a method comes from that this one calls now: drawn only when the method draws, but the one that the server will
   * draw for it, which draws one for each call.
   */
  seedFor(method: string): () => string {
    const index = this.#counts.get(method) ?? 0;
    this.#counts.set(method, index + 1);
    return () => {
      const seeds = this.#seeds.get(method) ?? [];
      this.#seeds.set(method, seeds);
      while (seeds.length <= index) seeds.push(this.streams.seedFor(method));
      return seeds[index] as string;
    };
  }

  /** The stub has returned. */
  end(): void {
    this.#isOver = true;
  }
}
