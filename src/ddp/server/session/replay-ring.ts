/**
 * The messages that were sent last, in case they were lost.
 *
 * @module
 */

/** What it holds, at most. */
export interface RingLimits {
  readonly messages: number;
  readonly bytes: number;
}

export class ReplayRing {
  readonly #limits: RingLimits;
  #texts: string[] = [];
  /** Where they begin: what is before was dropped. */
  #head = 0;
  #bytes = 0;

  constructor(limits: RingLimits) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#texts.length - this.#head;
  }

  get isHalfFull(): boolean {
    const { messages, bytes } = this.#limits;
    return this.length * 2 >= messages || this.#bytes * 2 >= bytes;
  }

  /** Adds one, and drops of the oldest what there is no room for. */
  push(text: string): void {
    this.#texts.push(text);
    this.#bytes += text.length;
    const { messages, bytes } = this.#limits;
    while (this.length > messages || this.#bytes > bytes) this.dropFirst(1);
  }

  dropFirst(count: number): void {
    for (let left = count; left > 0; left--) {
      this.#bytes -= (this.#texts[this.#head] as string).length;
      this.#texts[this.#head++] = "";
    }
    // (Each is moved once on average.)
    if (this.#head * 2 > this.#texts.length) {
      this.#texts = this.#texts.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Puts one before all others, whether there is room or not, and returns all. */
  unshift(text: string): readonly string[] {
    this.#texts = [text, ...this.#texts.slice(this.#head)];
    this.#head = 0;
    this.#bytes += text.length;
    return this.#texts;
  }

  clear(): void {
    this.#texts = [];
    this.#head = 0;
    this.#bytes = 0;
  }
}
