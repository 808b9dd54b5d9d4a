/**
 * Secrets that a caller may know one of, compared in a time that says nothing about them.
 *
 * Source of the risk: comparing with `===`, or looking a secret up in a `Set`, stops at the first difference, which an
 * attacker can time. Here digests are compared, all of them and to their end.
 *
 * @module
 */

export class SecretSet {
  readonly #digests: Promise<readonly Uint8Array[]>;

  constructor(secrets: readonly string[]) {
    this.#digests = Promise.all(secrets.map(digest));
  }

  async has(given: string): Promise<boolean> {
    return (await this.indexOf(given)) >= 0;
  }

  /** Which one it is, in the order in which they were given, or -1. The same one must not be among them twice. */
  async indexOf(given: string): Promise<number> {
    const [known, wanted] = await Promise.all([this.#digests, digest(given)]);
    let found = 0;
    for (const [index, one] of known.entries()) found |= sameness(one, wanted) * (index + 1);
    return found - 1;
  }
}

async function digest(secret: string): Promise<Uint8Array> {
  const bytes = new TextEncoder().encode(secret);
  return new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", bytes));
}

/** 1 for the same bytes, 0 for others of the same length. */
function sameness(a: Uint8Array, b: Uint8Array): 0 | 1 {
  let difference = 0;
  for (let at = 0; at < a.length; at++) difference |= (a[at] as number) ^ (b[at] as number);
  return difference === 0 ? 1 : 0;
}
