/**
 * What the contract suites need of an engine that is to be tested.
 *
 * @module
 */

import { afterEach, beforeEach } from "vitest";
import type { Engine } from "../../../src/engine/engine.ts";

/** Some engines of one deployment, whose time the suite can move. */
export interface EngineCase {
  /** At least one; each is a node of its own, and all see the same topics. */
  readonly engines: readonly Engine[];
  /** Lets so many milliseconds pass, as the engines see it. */
  advance(duration: number): Promise<void>;
  /** Resolves when everything that was published has been delivered. */
  settle(): Promise<void>;
  /** Loses all that is stored, as a crash of what stores it would; `undefined` where there is no such thing. */
  readonly lose?: (() => Promise<void>) | undefined;
  dispose(): Promise<void>;
}

export type OpenCase = () => Promise<EngineCase>;

/** The case of the test that is running. `first` and `second` may be the same engine. */
export class Fixture {
  #current: EngineCase | undefined;

  constructor(open: OpenCase) {
    beforeEach(async () => {
      this.#current = await open();
    });
    afterEach(() => this.#current?.dispose());
  }

  get current(): EngineCase {
    if (!this.#current) throw new Error("no test is running");
    return this.#current;
  }

  get first(): Engine {
    return this.current.engines[0] as Engine;
  }

  get second(): Engine {
    return this.current.engines.at(-1) as Engine;
  }
}

/** Names from the network are ordinary strings. */
export const STRANGE_NAMES: readonly string[] = [
  "",
  "__proto__",
  "constructor",
  "toString",
  " ",
  "a b\nc\td",
  "*",
  ">",
  "a.b.c",
  "{tag}",
  "c:ns:#user",
  "\0",
  "žluťoučký kůň",
  "👩‍🚀",
  "x".repeat(10_000),
];
