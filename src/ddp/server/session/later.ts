/**
 * Something that is over after a while. (Those that wait for the same time have one timer.)
 *
 * @module
 */

import { Alarm } from "../../../connection/alarms.ts";

export class Later extends Alarm {
  override readonly ring: () => void;

  constructor(ring: () => void) {
    super();
    this.ring = ring;
  }
}
