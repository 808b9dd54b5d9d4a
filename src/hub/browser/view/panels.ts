/**
 * The panels beside the room. Where there is no room for them they slide in, one at a time.
 *
 * @module
 */

import { byId } from "./dom.ts";

type Side = "rooms" | "people";

const SIDES: readonly Side[] = ["rooms", "people"];

export class Panels {
  readonly #app = byId("app");
  readonly #room: HTMLElement;
  #open: Side | undefined;

  constructor() {
    this.#room = this.#app.querySelector("main") as HTMLElement;
    for (const side of SIDES) {
      button(side).addEventListener("click", () => this.#show(side));
      panel(side)
        .querySelector(".close-panel")
        ?.addEventListener("click", () => this.close());
    }
    byId("backdrop").addEventListener("click", () => this.close());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
    // On a wide screen nothing slides, and nothing may be left inert.
    addEventListener("resize", () => this.#open && !isSliding(this.#open) && this.close());
  }

  /** Slides away what is open, and gives the focus back. */
  close(): void {
    if (!this.#open) return;
    const side = this.#open;
    this.#open = undefined;
    delete this.#app.dataset["panel"];
    this.#room.inert = false;
    button(side).setAttribute("aria-expanded", "false");
    button(side).focus();
  }

  #show(side: Side): void {
    this.#open = side;
    this.#app.dataset["panel"] = side;
    this.#room.inert = true;
    button(side).setAttribute("aria-expanded", "true");
    panel(side).querySelector<HTMLElement>(".close-panel")?.focus();
  }
}

function button(side: Side): HTMLElement {
  return byId(`show-${side}`);
}

function panel(side: Side): HTMLElement {
  return byId(`${side}-panel`);
}

/** The button is only there where its panel slides. */
function isSliding(side: Side): boolean {
  return getComputedStyle(button(side)).display !== "none";
}
