/**
 * Says when there is no connection, and when the next attempt is made.
 *
 * @module
 */

import type { Link } from "../chat-state.ts";
import { byId, element, setText } from "./dom.ts";

const STEP = 250;

const RELOAD = "Reload the page to come back.";

export class ConnectionBanner {
  readonly #banner = byId("connection");
  readonly #what = element("span", "");
  /** Not for screen readers, which would read it out every second. */
  readonly #when = element("span", "");
  #timer: ReturnType<typeof setInterval> | undefined;
  #link: Link | undefined;

  constructor() {
    this.#when.setAttribute("aria-hidden", "true");
    this.#banner.append(this.#what, " ", this.#when);
  }

  render(link: Link): void {
    if (link === this.#link) return;
    this.#link = link;
    clearInterval(this.#timer);
    this.#banner.hidden = link.state !== "offline" && link.state !== "closed";
    if (link.state === "closed") this.#say("The server has ended the connection.", RELOAD);
    if (link.state !== "offline") return;
    const tick = (): void => this.#countDown(link.until);
    this.#timer = setInterval(tick, STEP);
    tick();
  }

  #countDown(until: number): void {
    const seconds = Math.ceil((until - Date.now()) / 1000);
    const when = seconds > 0 ? `Reconnecting in ${seconds}\u00a0s…` : "Reconnecting…";
    this.#say("Connection lost.", when);
  }

  #say(what: string, when: string): void {
    setText(this.#what, what);
    setText(this.#when, when);
  }
}
