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
  /** The frames, twice, so that as many as there are, from any on, are in one piece. */
  bytes;
  /** The length of a frame, and of all of them. */
  frame;
  period;

  /** @param {readonly Buffer[]} frames */
  constructor(frames) {
    this.frame = frames[0]?.length ?? 0;
    if (frames.some((frame) => frame.length !== this.frame)) throw new Error("lengths differ");
    this.period = this.frame * frames.length;
    this.bytes = Buffer.concat([...frames, ...frames]);
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
    const { frame, period } = this.#pattern;
    const begin = this.#at;
    for (let from = 0; from < length; from += period) {
      if (!this.#same(chunk, from, Math.min(length, from + period))) return -1;
    }
    const end = begin + length;
    this.#at = end % period;
    return Math.floor(end / frame) - Math.floor(begin / frame);
  }

  /**
   * Whether a part of the chunk, at most one turn around, is what must come.
   *
   * @param {Buffer} chunk
   * @param {number} from
   * @param {number} to
   */
  #same(chunk, from, to) {
    const { bytes } = this.#pattern;
    const at = this.#at;
    const end = at + to - from;
    if (to - from <= SHORT) {
      for (let index = from; index < to; index++) {
        if (chunk[index] !== bytes[at + index - from]) return false;
      }
      return true;
    }
    if (to - from <= LONG || this.#reads++ % SAMPLE === 0) {
      return chunk.compare(bytes, at, end, from, to) === 0;
    }
    return (
      chunk.compare(bytes, at, at + EDGE, from, from + EDGE) === 0 &&
      chunk.compare(bytes, end - EDGE, end, to - EDGE, to) === 0
    );
  }
}
