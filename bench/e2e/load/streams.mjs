/**
 * The bytes that a connection sends and those that must come back, as rings of frames made in advance.
 *
 * @module
 */

/** Below this length a loop is faster than a call into the runtime. */
const SHORT = 96;

/**
 * Above this length comparing everything would make the generator slower than the fastest servers: of what comes in one
 * read, one in `SAMPLE` is compared as a whole, and of the others the beginning and the end.
 */
const LONG = 4096;
const SAMPLE = 4;
const EDGE = 64;

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

/** Frames of one length that come over and over; many connections may expect the same. */
export class Pattern {
  /** The frames, repeated, so that whatever comes in one read is in one piece here. */
  bytes;
  /** The length of a frame, and of all of them. */
  frame;
  period;

  /**
   * @param {readonly Buffer[]} frames
   * @param {number} [reach] The most bytes that come in one read. Default: that of all frames.
   */
  constructor(frames, reach) {
    this.frame = frames[0]?.length ?? 0;
    if (frames.some((frame) => frame.length !== this.frame)) throw new Error("lengths differ");
    this.period = this.frame * frames.length;
    const turns = 1 + Math.ceil((reach ?? this.period) / this.period);
    this.bytes = Buffer.concat(Array.from({ length: turns }, () => frames).flat());
  }
}

/** Compares what comes on a connection with what must come. */
export class ExpectedStream {
  #pattern;
  #at = 0;
  #reads = 0;

  /** @param {Pattern} pattern */
  constructor(pattern) {
    this.#pattern = pattern;
  }

  /**
   * @param {Buffer} chunk
   * @param {number} length How much of it came.
   * @returns {number} How many frames have become complete; -1 when a byte is wrong.
   */
  accept(chunk, length) {
    const { bytes, frame, period } = this.#pattern;
    const at = this.#at;
    const end = at + length;
    if (end > bytes.length) return -1;
    if (length <= SHORT) {
      for (let index = 0; index < length; index++) {
        if (chunk[index] !== bytes[at + index]) return -1;
      }
    } else if (length <= LONG || this.#reads++ % SAMPLE === 0) {
      if (chunk.compare(bytes, at, end, 0, length) !== 0) return -1;
    } else if (
      chunk.compare(bytes, at, at + EDGE, 0, EDGE) !== 0 ||
      chunk.compare(bytes, end - EDGE, end, length - EDGE, length) !== 0
    ) {
      return -1;
    }
    this.#at = end % period;
    return Math.floor(end / frame) - Math.floor(at / frame);
  }
}
