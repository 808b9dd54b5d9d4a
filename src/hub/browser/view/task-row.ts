/**
 * A task, with what can be done to it.
 *
 * @module
 */

import { MAX_TITLE } from "../../todo/limits.ts";
import { cleanTitle } from "../../todo/tasks.ts";
import type { Task } from "../../todo/tasks.ts";
import { element as make, setText, userText } from "./dom.ts";

/** What a row asks for. */
export interface TaskActions {
  check(id: string, done: boolean): void;
  rename(id: string, title: string): void;
  remove(id: string): void;
}

export class TaskRow {
  readonly element: HTMLElement;
  readonly #id: string;
  readonly #actions: TaskActions;
  readonly #check = make("input", "");
  readonly #name = userText("button", "name", "");
  readonly #remove = make("button", "remove");
  #title = "";
  #field: HTMLInputElement | undefined;

  constructor(id: string, actions: TaskActions) {
    this.#id = id;
    this.#actions = actions;
    this.#check.type = "checkbox";
    this.#name.type = "button";
    this.#name.title = "Rename";
    this.#remove.type = "button";
    const saving = make("span", "saving");
    saving.setAttribute("aria-hidden", "true");
    this.element = make("li", "task", this.#check, this.#name, saving, this.#remove);
    this.#check.addEventListener("change", () => actions.check(id, this.#check.checked));
    this.#name.addEventListener("click", () => this.#edit());
    this.#remove.addEventListener("click", () => actions.remove(id));
  }

  /** `isPending`: the server has not said yet what it thinks of a change. */
  render({ title, done }: Task, isPending: boolean): void {
    this.#title = title;
    this.#check.checked = done;
    this.#check.setAttribute("aria-label", title);
    this.#remove.setAttribute("aria-label", `Remove “${title}”`);
    setText(this.#name, title);
    this.element.classList.toggle("done", done);
    this.element.classList.toggle("pending", isPending);
    this.element.setAttribute("aria-busy", String(isPending));
  }

  #edit(): void {
    const field = userText("input", "name", "");
    field.value = this.#title;
    field.maxLength = MAX_TITLE;
    field.setAttribute("aria-label", `Rename “${this.#title}”`);
    field.addEventListener("keydown", (event) => {
      if (event.isComposing || (event.key !== "Enter" && event.key !== "Escape")) return;
      // (Or else the button, which has the focus then, would get the key too.)
      event.preventDefault();
      this.#finish(event.key === "Enter");
      this.#name.focus();
    });
    field.addEventListener("blur", () => this.#finish(true));
    this.#field = field;
    this.#name.replaceWith(field);
    field.select();
  }

  #finish(isWanted: boolean): void {
    const field = this.#field;
    if (!field) return;
    // (To take it out of the page is to take the focus from it.)
    this.#field = undefined;
    field.replaceWith(this.#name);
    const title = cleanTitle(field.value);
    if (isWanted && title !== undefined && title !== this.#title) {
      this.#actions.rename(this.#id, title);
    }
  }
}
