/**
 * A first-in first-out queue with constant-time `push` and `shift`. (`Array.prototype.shift` moves every element.)
 *
 * @module
 */

export class Deque<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    const items = this.#items;
    const item = items[this.#head];
    if (this.length > 0) items[this.#head++] = undefined;
    // A compaction moves at most as many items as were shifted since the one before, so that a shift costs O(1) on
    // average.
    if (this.#head >= 32 && this.#head * 2 >= items.length) {
      this.#items = items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
