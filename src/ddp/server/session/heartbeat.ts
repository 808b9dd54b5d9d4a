/**
 * Finding out whether a silent client is still there.
 *
 * @module
 */

import { Alarm, Line } from "../../../connection/alarms.ts";
import type { Clock } from "../../../util/clock.ts";

/** What a heartbeat needs of its connection. */
export interface HeartbeatHost {
  readonly clock: Clock;
  /** Nothing is read from the client at the moment: its silence proves nothing. */
  readonly isPaused: boolean;
  ping(): void;
  /** The client has been silent for too long. */
  giveUp(): void;
}

/** Durations are milliseconds. */
export interface HeartbeatTimes {
  readonly interval: number;
  readonly timeout: number;
}

/** It runs from the beginning, until it is stopped. Rings when it is time to look. */
export class Heartbeat extends Alarm {
  readonly #host: HeartbeatHost;
  readonly #times: HeartbeatTimes;
  #hasHeard = false;
  #isWaiting = false;

  constructor(host: HeartbeatHost, times: HeartbeatTimes) {
    super();
    this.#host = host;
    this.#times = times;
    this.#line.add(this);
  }

  /** Something came from the client, whatever it is. */
  heard(): void {
    this.#hasHeard = true;
  }

  stop(): void {
    this.#line.delete(this);
  }

  override ring(): void {
    const { isPaused } = this.#host;
    if (this.#isWaiting && !this.#hasHeard && !isPaused) return this.#host.giveUp();
    const isSilent = !this.#hasHeard && !this.#isWaiting;
    this.#isWaiting = isSilent;
    this.#hasHeard = false;
    this.#line.add(this);
    if (isSilent) this.#host.ping();
  }

  /** Where it stands. */
  get #line(): Line {
    const { interval, timeout } = this.#times;
    return Line.of(this.#host.clock, this.#isWaiting ? timeout : interval);
  }
}
