/**
 * A word to the person that goes away by itself.
 *
 * @module
 */

import { byId, setText } from "./dom.ts";

const DURATION = 6000;

export class Toast {
  readonly #toast = byId("toast");
  #timer: ReturnType<typeof setTimeout> | undefined;

  show(text: string): void {
    setText(this.#toast, text);
    this.#toast.hidden = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.#toast.hidden = true), DURATION);
  }
}
