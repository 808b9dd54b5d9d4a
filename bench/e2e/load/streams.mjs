/**
 * The bytes that a connection sends and those that must come back, as rings of frames made in advance.
 *
 * @module
 */

/** Below this length a loop is faster than a call into the runtime. */
const SHORT = 96;

/** Frames to send, over and over; any that follow each other are handed out as one view. */
export class SendRing {
  #bytes;
  /** Where each frame begins, for twice around. */
  #starts = [0];
  #size;
  #next = 0;
  /** @type {Map<number, Buffer>} */
  #views = new Map();

  /** @param {readonly Buffer[]} frames */
  constructor(frames) {
    this.#size = frames.length;
    this.#bytes = Buffer.concat([...frames, ...frames]);
    for (const frame of [...frames, ...frames]) {
      this.#starts.push((this.#starts.at(-1) ?? 0) + frame.length);
    }
  }

  /**
   * The bytes of the next `count` frames, at most one turn around.
   *
   * @param {number} count
   */
  take(count) {
    const at = this.#next;
    this.#next = (at + count) % this.#size;
    const key = at * (this.#size + 1) + count;
    let view = this.#views.get(key);
    if (view === undefined) {
      view = this.#bytes.subarray(this.#starts[at], this.#starts[at + count]);
      this.#views.set(key, view);
    }
    return view;
  }
}

/** The frames that must come back, over and over, all of one length. Every byte is compared. */
export class ExpectedStream {
  #bytes;
  #frame;
  #period;
  #at = 0;

  /** @param {readonly Buffer[]} frames */
  constructor(frames) {
    this.#frame = frames[0]?.length ?? 0;
    if (frames.some((frame) => frame.length !== this.#frame)) throw new Error("lengths differ");
    this.#period = this.#frame * frames.length;
    this.#bytes = Buffer.concat([...frames, ...frames]);
  }

  /**
   * Compares what came with what must come.
   *
   * @param {Buffer} chunk
   * @param {number} length How much of it.
   * @returns {number} How many frames have become complete; -1 when a byte is wrong.
   */
  accept(chunk, length) {
    const at = this.#at;
    const expected = this.#bytes;
    if (length > this.#period) return -1;
    if (length <= SHORT) {
      for (let index = 0; index < length; index++) {
        if (chunk[index] !== expected[at + index]) return -1;
      }
    } else if (chunk.compare(expected, at, at + length, 0, length) !== 0) return -1;
    const end = at + length;
    this.#at = end % this.#period;
    return Math.floor(end / this.#frame) - Math.floor(at / this.#frame);
  }
}
