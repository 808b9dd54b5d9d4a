/**
 * The to-do list: one that everybody shares, with methods to change it. What goes over the wire is a matter of DDP.
 *
 * @module
 */

import { DdpError, memoryDatabase } from "../../ddp/server/index.ts";
import type { Ddp, MemoryCollection } from "../../ddp/server/index.ts";
import { MAX_TASKS, MAX_TITLE } from "./limits.ts";
import { cleanTitle, Method, nextPosition, TASKS } from "./tasks.ts";
import type { Task } from "./tasks.ts";

/** What there is at first. */
const WELCOME = ["Open this page in a second window", "Check this off", "Slow the answers down"];

/** Titles that the server refuses, though the page knows nothing of it: to see an optimistic change taken back. */
const REFUSED = /\breject\b/i;

/** How many changes each connection may make, in so many milliseconds. */
const BURST = 30;
const INTERVAL = 5000;

const TOO_FAST = "Not so fast.";

export class Todo {
  readonly #tasks: MemoryCollection<Task> = memoryDatabase().collection<Task>(TASKS);

  /** Offers the list to the clients of a server. */
  async attach(ddp: Ddp): Promise<void> {
    ddp.methods({
      [Method.Add]: (_, title) => this.#add(readTitle(title)),
      [Method.Check]: (_, id, done) => this.#change(readId(id), { done: readDone(done) }),
      [Method.Rename]: (_, id, title) => this.#change(readId(id), { title: readTitle(title) }),
      [Method.Remove]: (_, id) => this.#remove(readId(id)),
    });
    ddp.publish(TASKS, () => this.#tasks.find({}));
    for (const type of ["method", "subscription"] as const) {
      ddp.limit({ type, connectionId: true, count: BURST, interval: INTERVAL, message: TOO_FAST });
    }
    for (const [index, title] of WELCOME.entries()) {
      await this.#tasks.insert({ title, done: false, position: index + 1 });
    }
  }

  async #add(title: string): Promise<string> {
    const tasks = await this.#tasks.find({}).fetch();
    if (tasks.length >= MAX_TASKS) {
      throw new DdpError("full", `There are ${MAX_TASKS} tasks already: remove some first.`);
    }
    return this.#tasks.insert({ title, done: false, position: nextPosition(tasks) });
  }

  async #change(id: string, fields: Partial<Omit<Task, "_id">>): Promise<void> {
    const { count } = await this.#tasks.update(id, { $set: fields });
    if (count === 0) throw new DdpError("gone", "Somebody has removed this task.");
  }

  async #remove(id: string): Promise<void> {
    await this.#tasks.remove(id);
  }
}

/** @throws DdpError */
function readTitle(raw: unknown): string {
  const title = typeof raw === "string" ? cleanTitle(raw) : undefined;
  if (title === undefined) {
    throw new DdpError("unsuitable", `A task has 1 to ${MAX_TITLE} characters.`);
  }
  if (REFUSED.test(title)) throw new DdpError("refused", "The server rejects this task, as asked.");
  return title;
}

/** @throws DdpError */
function readId(id: unknown): string {
  if (typeof id === "string") return id;
  throw new DdpError("unsuitable", "A task is named by its id.");
}

/** @throws DdpError */
function readDone(done: unknown): boolean {
  if (typeof done === "boolean") return done;
  throw new DdpError("unsuitable", "A task is done or not.");
}
