/**
 * The header fields of a request as a connection keeps them. Most of them are the same for many clients, and are kept
 * once for all of these; what is left to each is the key of its handshake, and its cookies.
 *
 * @module
 */

import { HttpHeaders } from "../http/headers.ts";
import { isShared } from "./common-strings.ts";

/** Names and values in turn; `undefined` for what each has of its own. */
type Form = readonly (string | undefined)[];

/** The forms that came lately. Whoever sends ever new ones makes the others be forgotten, which costs memory only. */
const recent: Form[] = [];
const MAX_RECENT = 16;

export class KeptHeaders {
  readonly #form: Form;
  /** What stands where the form has nothing. (Mostly one string, so that it needs no list.) */
  readonly #own: string | readonly string[];

  /** `raw`: after `shareStrings`. */
  constructor(raw: readonly string[]) {
    const own = raw.filter((text) => !isShared(text));
    this.#form = share(raw.map((text) => (isShared(text) ? text : undefined)));
    this.#own = own.length === 1 ? (own[0] as string) : own;
  }

  /** As they came; put together anew each time. */
  get headers(): HttpHeaders {
    const own = typeof this.#own === "string" ? [this.#own] : this.#own;
    let next = 0;
    return new HttpHeaders(this.#form.map((text) => text ?? (own[next++] as string)));
  }
}

function share(form: Form): Form {
  const known = recent.find((other) => isSame(other, form));
  if (known) return known;
  recent.unshift(form);
  if (recent.length > MAX_RECENT) recent.pop();
  return form;
}

function isSame(a: Form, b: Form): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index]);
}
