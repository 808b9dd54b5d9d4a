/**
 * The whole page of the to-do list, as the tab knows it.
 *
 * @module
 */

import { cleanTitle } from "../../todo/tasks.ts";
import type { Task } from "../../todo/tasks.ts";
import type { Link } from "../chat-state.ts";
import { plural } from "../format.ts";
import type { TodoList } from "../todo-list.ts";
import { ConnectionBanner } from "./connection-banner.ts";
import { arrange, byId, setText } from "./dom.ts";
import { TaskRow } from "./task-row.ts";
import { Toast } from "./toast.ts";

/** Which tasks are shown, by what follows `#` in the address. */
const FILTERS: ReadonlyMap<string, (task: Task) => boolean> = new Map<
  string,
  (task: Task) => boolean
>([
  ["#all", () => true],
  ["#open", ({ done }) => !done],
  ["#done", ({ done }) => done],
]);

const STATES: Readonly<Record<Link["state"], string>> = {
  idle: "Connecting…",
  connecting: "Connecting…",
  online: "Connected",
  offline: "Not connected",
  closed: "Closed",
};

export class TodoView {
  readonly #list: TodoList;
  readonly #items = byId("tasks");
  readonly #title = byId("title", HTMLInputElement);
  readonly #banner = new ConnectionBanner();
  readonly #toast = new Toast();
  readonly #rows = new Map<string, TaskRow>();
  #isScheduled = false;

  constructor(list: TodoList) {
    this.#list = list;
    list.onChange = () => this.#schedule();
    list.onRefused = (problem) => this.#toast.show(problem);
    addEventListener("hashchange", () => this.render());
    byId("add").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#add();
    });
  }

  start(): void {
    for (const link of byId("delays").querySelectorAll("a")) {
      if (link.href === location.href.replace(/#.*/, "")) link.setAttribute("aria-current", "page");
    }
    this.#title.focus();
    this.render();
  }

  render(): void {
    this.#isScheduled = false;
    const { tasks, isReady } = this.#list;
    const filter = FILTERS.has(location.hash) ? location.hash : "#all";
    const shown = tasks.filter(FILTERS.get(filter) ?? (() => true));
    this.#arrange(shown, new Set(tasks.map(({ _id }) => _id)));
    const open = tasks.filter(({ done }) => !done).length;
    setText(byId("left"), isReady ? `${plural(open, "task")} left` : "");
    byId("empty").hidden = !isReady || shown.length > 0;
    setText(byId("empty"), tasks.length === 0 ? "Nothing to do." : "None of them.");
    for (const link of byId("filters").querySelectorAll("a")) {
      if (link.hash === filter) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    this.#showLink();
  }

  /** Rows of tasks that are there but not shown are kept: what is typed in them is. */
  #arrange(shown: readonly Task[], known: ReadonlySet<string>): void {
    for (const id of this.#rows.keys()) if (!known.has(id)) this.#rows.delete(id);
    const rows = shown.map((task) => {
      const row = this.#rows.get(task._id) ?? new TaskRow(task._id, this.#list);
      this.#rows.set(task._id, row);
      row.render(task, this.#list.isPending(task._id));
      return row.element;
    });
    arrange(this.#items, rows);
  }

  #add(): void {
    const title = cleanTitle(this.#title.value);
    if (title === undefined) return;
    this.#title.value = "";
    this.#list.add(title);
  }

  /** All changes of one turn are shown together, before the browser's next frame. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => this.render());
  }

  #showLink(): void {
    const { link } = this.#list;
    const pill = byId("state");
    pill.dataset["state"] = link.state === "online" ? "online" : "offline";
    setText(pill, STATES[link.state]);
    this.#banner.render(link);
  }
}
