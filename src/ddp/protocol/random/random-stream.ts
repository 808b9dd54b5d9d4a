/**
 * Random streams: what a method draws on the client, in its simulation, it draws on the server again.
 *
 * @module
 */

import { seededRandom, secureRandom } from "./random.ts";
import type { Random } from "./random.ts";

/** The streams of one invocation, by name; each is drawn from in order. */
export class RandomStreams {
  /** Made when something is drawn: most invocations draw nothing. */
  #streams: Map<string, Random> | undefined;
  #seed: string | undefined;

  /** Default: a seed of its own, once something is drawn. */
  constructor(seed?: string) {
    this.#seed = seed;
  }

  /** The seed, if there is one yet: something was drawn, or the other side drew. */
  get seed(): string | undefined {
    return this.#seed;
  }

  stream(name: string): Random {
    let stream = this.#streams?.get(name);
    if (!stream) {
      this.#seed ??= secureRandom.hexString(20);
      stream = seededRandom(this.#seed, name === "" ? "default" : name);
      (this.#streams ??= new Map()).set(name, stream);
    }
    return stream;
  }

  /** For the ids of new documents in a collection. */
  forCollection(name: string): Random {
    return this.stream(`/collection/${name}`);
  }

  /** The seed of a method that this invocation calls. */
  seedFor(method: string): string {
    return this.stream(`/rpc/${method}`).hexString(20);
  }
}
