/**
 * Who has which document, where many might.
 *
 * @module
 */

import type { Source } from "./source.ts";

export class Holders {
  /** One that has it, as for nearly all; or several. */
  readonly #byId = new Map<string, Source | Source[]>();

  add(id: string, source: Source): void {
    const held = this.#byId.get(id);
    if (held === undefined) this.#byId.set(id, source);
    else if (Array.isArray(held)) held.push(source);
    else this.#byId.set(id, [held, source]);
  }

  delete(id: string, source: Source): void {
    const held = this.#byId.get(id);
    if (held === source) this.#byId.delete(id);
    if (!Array.isArray(held)) return;
    held.splice(held.indexOf(source), 1);
    const [first, second] = held;
    if (first && !second) this.#byId.set(id, first);
  }

  find(id: string, except: Source | undefined): Source | undefined {
    const held = this.#byId.get(id);
    if (Array.isArray(held)) return held[0] === except ? held[1] : held[0];
    return held === except ? undefined : held;
  }

  ids(): Iterable<string> {
    return this.#byId.keys();
  }
}
