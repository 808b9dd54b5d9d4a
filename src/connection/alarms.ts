/**
 * Many waits of the same length with one timer: those who began first are due first, so that they stand in a line.
 *
 * A timer of the platform takes some 250 bytes, which is a tenth of all that an idle connection takes.
 *
 * @module
 */

import type { Clock, Timer } from "../util/clock.ts";

/** What is to be woken. It stands in one line at a time. */
export abstract class Alarm {
  /** @internal When it is due. */
  due = 0;
  /** @internal Its neighbours; itself when it stands in no line. */
  before: Alarm = this;
  /** @internal */
  after: Alarm = this;

  /** It is due, and stands in its line no more. */
  abstract ring(): void;
}

/** Where a line begins and ends. */
class End extends Alarm {
  override ring(): void {}
}

const lines = new WeakMap<Clock, Map<number, Line>>();

/** Those that wait for the same time by the same clock. It has a timer, and is kept, while there are any. */
export class Line {
  readonly #clock: Clock;
  /** Milliseconds. */
  readonly delay: number;
  readonly #end: Alarm = new End();
  #timer: Timer;
  /** The timer runs, or the line is ringing: then it is seen to afterwards. */
  #isTimed = false;
  #isRinging = false;

  private constructor(clock: Clock, delay: number) {
    this.#clock = clock;
    this.delay = delay;
  }

  /** The line for a delay, which all who ask for it share. */
  static of(clock: Clock, delay: number): Line {
    return lines.get(clock)?.get(delay) ?? new Line(clock, delay);
  }

  /** `alarm` rings after the delay. It must not stand in any line. */
  add(alarm: Alarm): void {
    const end = this.#end;
    // (A whole number is kept in the object itself, any other one takes 16 bytes beside it.)
    alarm.due = Math.ceil(this.#clock.now() + this.delay);
    alarm.before = end.before;
    alarm.after = end;
    end.before.after = alarm;
    end.before = alarm;
    this.#keepTime();
  }

  /** `alarm`, which stands in this line or in none, does not ring. */
  delete(alarm: Alarm): void {
    remove(alarm);
    // A timer for one that has left is let be, as long as there are others.
    if (this.#end.after === this.#end && !this.#isRinging) this.#rest();
  }

  #keepTime(): void {
    if (this.#isTimed) return;
    this.#isTimed = true;
    const first = this.#end.after;
    const delay = Math.max(0, first.due - this.#clock.now());
    this.#timer = this.#clock.setTimeout(() => this.#ring(), delay);
    const siblings = lines.get(this.#clock) ?? new Map<number, Line>();
    lines.set(this.#clock, siblings.set(this.delay, this));
  }

  #ring(): void {
    const now = this.#clock.now();
    const end = this.#end;
    this.#isRinging = true;
    try {
      for (let first = end.after; first !== end && first.due <= now; first = end.after) {
        remove(first);
        first.ring();
      }
    } finally {
      this.#isRinging = false;
      this.#isTimed = false;
      if (end.after === end) this.#rest();
      else this.#keepTime();
    }
  }

  #rest(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#isTimed = false;
    const siblings = lines.get(this.#clock);
    if (siblings?.get(this.delay) === this) siblings.delete(this.delay);
  }
}

function remove(alarm: Alarm): void {
  alarm.before.after = alarm.after;
  alarm.after.before = alarm.before;
  alarm.before = alarm.after = alarm;
}
