/**
 * Waits until nothing happens any more.
 *
 * @module
 */

/** A wait for some time without a message. */
export class Lull {
  readonly #duration: number;
  #timer: NodeJS.Timeout | undefined;
  #done: (() => void) | undefined;
  /** How many messages there were. */
  messages = 0;

  /** `duration` is milliseconds. */
  constructor(duration: number) {
    this.#duration = duration;
  }

  /** A message came. */
  message(): void {
    this.messages++;
    if (this.#done) this.#start();
  }

  /** Resolves once there was no message for the whole duration, from now on; or when it is stopped. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#done = resolve;
      this.#start();
    });
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#done?.();
    this.#done = undefined;
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.stop(), this.#duration);
  }
}
