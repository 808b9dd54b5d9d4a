/**
 * Asks for a name: on arrival, and when somebody wants another one.
 *
 * @module
 */

import { cleanName } from "../../chat/text.ts";
import { byId, setText } from "./dom.ts";

const PROBLEM = "A name has 1 to 24 characters.";

export class NameDialog {
  readonly #dialog = byId("name-dialog", HTMLDialogElement);
  readonly #input = byId("name", HTMLInputElement);
  readonly #title = byId("name-title");
  readonly #lead = byId("name-lead");
  readonly #problem = byId("name-problem");
  readonly #submit = byId("name-submit");
  readonly #cancel = byId("name-cancel");
  #isRequired = false;
  #done: (name: string) => void = () => {};

  constructor() {
    byId("name-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#accept();
    });
    this.#cancel.addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("cancel", (event) => {
      if (this.#isRequired) event.preventDefault();
    });
    // A browser may close it in spite of that.
    this.#dialog.addEventListener("close", () => this.#isRequired && this.#dialog.showModal());
    this.#input.addEventListener("input", () => setText(this.#problem, ""));
  }

  /** Asks whoever just came, and goes on asking. */
  welcome(room: string, suggestion: string, done: (name: string) => void): void {
    this.#open(true, suggestion, done);
    setText(this.#title, "Join the chat");
    setText(this.#lead, `You are going to #${room}. The others there will see your name.`);
    setText(this.#submit, "Join");
  }

  /** Asks for another name; `problem` is what was wrong with the last one. */
  change(name: string, done: (name: string) => void, problem = ""): void {
    this.#open(false, name, done);
    setText(this.#title, "Your name");
    setText(this.#lead, "The others see the change.");
    setText(this.#submit, "Save");
    setText(this.#problem, problem);
  }

  #open(isRequired: boolean, name: string, done: (name: string) => void): void {
    this.#isRequired = isRequired;
    this.#done = done;
    this.#cancel.hidden = isRequired;
    setText(this.#problem, "");
    this.#input.value = name;
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#input.select();
  }

  #accept(): void {
    const name = cleanName(this.#input.value);
    if (name === undefined) {
      setText(this.#problem, PROBLEM);
      this.#input.focus();
      return;
    }
    this.#isRequired = false;
    this.#dialog.close();
    this.#done(name);
  }
}
