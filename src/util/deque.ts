/**
 * A first-in first-out queue with constant-time `push` and `shift`. (`Array.prototype.shift` moves every element.)
 *
 * @module
 */

export class Deque<T> {
  /** Those that came in, in order; and those that go out, the next one last. */
  #incoming: T[] = [];
  #outgoing: T[] = [];

  get length(): number {
    return this.#incoming.length + this.#outgoing.length;
  }

  push(item: T): void {
    this.#incoming.push(item);
  }

  shift(): T | undefined {
    if (this.#outgoing.length === 0) {
      // Each item is turned over once, so that a shift costs O(1) on average.
      const turned = this.#incoming.reverse();
      this.#incoming = this.#outgoing;
      this.#outgoing = turned;
    }
    return this.#outgoing.pop();
  }
}
