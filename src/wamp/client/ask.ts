/**
 * Something that an application waits for: for a connection first, then for the answer, and not for ever.
 *
 * @module
 */

import { TimeoutError } from "../../errors.ts";
import type { Clock, Timer } from "../../util/clock.ts";
import { Deferred } from "../../util/deferred.ts";
import { quiet } from "../../util/quiet.ts";
import type { Session } from "./session.ts";
import type { WaitOptions } from "./types.ts";

export abstract class Ask<T> {
  readonly #clock: Clock;
  readonly #what: string;
  readonly #options: WaitOptions;
  readonly #answer = new Deferred<T>();
  #timer: Timer;
  #isOver = false;

  /** `what`: for people. */
  constructor(clock: Clock, what: string, options: WaitOptions = {}) {
    this.#clock = clock;
    this.#what = what;
    this.#options = options;
  }

  /** That nobody looks at it is no unhandled rejection. */
  get promise(): Promise<T> {
    return this.#answer.promise;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The time runs. */
  start(): void {
    const { timeout = Infinity, signal } = this.#options;
    if (signal?.aborted) return this.fail(signal.reason);
    signal?.addEventListener("abort", this.#aborted);
    return this.expect(timeout);
  }

  /** There is no connection. It may take so many milliseconds until there is one, unless the application has said otherwise. */
  wait(patience: number): void {
    if (this.#options.timeout === undefined) this.expect(patience);
  }

  /** There is a connection. */
  begin(session: Session): void {
    if (this.#isOver) return;
    if (this.#options.timeout === undefined) this.expect(Infinity);
    try {
      this.send(session);
    } catch (error) {
      this.fail(error);
    }
  }

  fail(error: unknown): void {
    if (this.#isOver) return;
    this.#finish();
    void quiet(this.promise);
    this.#answer.reject(error);
  }

  protected abstract send(session: Session): void;
  /** The application has given up, or the time is over. */
  protected abstract giveUp(reason: unknown, isLate: boolean): void;
  /** Nothing is waited for any more. */
  protected abstract finished(): void;

  protected resolve(value: T | PromiseLike<T>): void {
    if (this.#isOver) return;
    this.#finish();
    this.#answer.resolve(value);
  }

  /** From now on it may take so long. */
  protected expect(timeout: number): void {
    this.#clock.clearTimeout(this.#timer);
    if (timeout === Infinity) return;
    const late = (): void => this.giveUp(new TimeoutError(this.#what, timeout), true);
    this.#timer = this.#clock.setTimeout(late, timeout);
  }

  readonly #aborted = (): void => this.giveUp(this.#options.signal?.reason, false);

  #finish(): void {
    this.#isOver = true;
    this.#clock.clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener("abort", this.#aborted);
    this.finished();
  }
}
