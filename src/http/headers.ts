/**
 * Header fields of HTTP, as they came: order, repetition and case kept. Names like `__proto__` are ordinary.
 *
 * @module
 */

/** The header fields of a request or response. Names are compared without regard to case (RFC 9110 section 5.1). */
export class HttpHeaders {
  /** `[name, value, name, value, …]`, as in Node's `rawHeaders`. */
  readonly raw: readonly string[];

  constructor(raw: readonly string[] = []) {
    this.raw = raw;
  }

  /** How many fields there are, repeated ones counted each. */
  get size(): number {
    return this.raw.length / 2;
  }

  /** The value of a field; repeated ones joined by `", "` (RFC 9110 section 5.3). */
  get(name: string): string | undefined {
    const { raw } = this;
    const wanted = name.toLowerCase();
    const first = find(raw, wanted, 0);
    if (first < 0) return undefined;
    let value = raw[first + 1] as string;
    for (let at = find(raw, wanted, first + 2); at >= 0; at = find(raw, wanted, at + 2)) {
      value += `, ${raw[at + 1]}`;
    }
    return value;
  }

  /** Every value of a field, in order. */
  getAll(name: string): string[] {
    const { raw } = this;
    const wanted = name.toLowerCase();
    const values: string[] = [];
    for (let at = find(raw, wanted, 0); at >= 0; at = find(raw, wanted, at + 2)) {
      values.push(raw[at + 1] as string);
    }
    return values;
  }

  has(name: string): boolean {
    return find(this.raw, name.toLowerCase(), 0) >= 0;
  }

  /** Each field with its name in lower case. */
  *[Symbol.iterator](): Generator<[name: string, value: string]> {
    const { raw } = this;
    for (let index = 0; index + 1 < raw.length; index += 2) {
      yield [(raw[index] as string).toLowerCase(), raw[index + 1] as string];
    }
  }
}

/** Where the next field called `wanted`, in lower case, is from `start` on; -1 when there is none. */
function find(raw: readonly string[], wanted: string, start: number): number {
  const { length } = wanted;
  for (let index = start; index + 1 < raw.length; index += 2) {
    const key = raw[index] as string;
    // Most names differ in length, so that few are brought to lower case.
    if (key.length === length && key.toLowerCase() === wanted) return index;
  }
  return -1;
}
