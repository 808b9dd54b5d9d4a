/**
 * The to-do list: one that everybody shares, with methods to change it. What goes over the wire is a matter of DDP.
 *
 * @module
 */

import { DdpError, memoryDatabase } from "../../ddp/server/index.ts";
import type {
  Ddp,
  DdpConnection,
  MemoryCollection,
  MethodInvocation,
} from "../../ddp/server/index.ts";
import { RateLimit } from "../chat/rate-limit.ts";
import { MAX_TASKS, MAX_TITLE } from "./limits.ts";
import { cleanTitle, Method, nextPosition, TASKS } from "./tasks.ts";
import type { Task } from "./tasks.ts";

/** What there is at first. */
const WELCOME = ["Open this page in a second window", "Check this off", "Slow the answers down"];

/** Titles that the server refuses, though the page knows nothing of it: to see an optimistic change taken back. */
const REFUSED = /\breject\b/i;

export class Todo {
  readonly #tasks: MemoryCollection<Task>;
  readonly #now: () => number;
  readonly #rates = new WeakMap<DdpConnection, RateLimit>();

  /** `now`: milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#tasks = memoryDatabase().collection<Task>(TASKS);
  }

  /** Offers the list to the clients of a server. */
  async attach(ddp: Ddp): Promise<void> {
    ddp.methods({
      [Method.Add]: (invocation, title) => this.#add(invocation, title),
      [Method.Check]: (invocation, id, done) => {
        if (typeof done !== "boolean") throw new DdpError("unsuitable", "A task is done or not.");
        return this.#change(invocation, id, { done });
      },
      [Method.Rename]: (invocation, id, title) => {
        return this.#change(invocation, id, { title: readTitle(title) });
      },
      [Method.Remove]: (invocation, id) => this.#remove(invocation, id),
    });
    ddp.publish(TASKS, () => this.#tasks.find({}));
    for (const [index, title] of WELCOME.entries()) {
      await this.#tasks.insert({ title, done: false, position: index + 1 });
    }
  }

  async #add(invocation: MethodInvocation, raw: unknown): Promise<string> {
    this.#count(invocation);
    const title = readTitle(raw);
    const tasks = await this.#tasks.find({}).fetch();
    if (tasks.length >= MAX_TASKS) {
      throw new DdpError("full", `There are ${MAX_TASKS} tasks already: remove some first.`);
    }
    return this.#tasks.insert({ title, done: false, position: nextPosition(tasks) });
  }

  async #change(
    invocation: MethodInvocation,
    id: unknown,
    fields: Partial<Omit<Task, "_id">>,
  ): Promise<void> {
    this.#count(invocation);
    const { count } = await this.#tasks.update(readId(id), { $set: fields });
    if (count === 0) throw new DdpError("gone", "Somebody has removed this task.");
  }

  async #remove(invocation: MethodInvocation, id: unknown): Promise<void> {
    this.#count(invocation);
    await this.#tasks.remove(readId(id));
  }

  /** @throws DdpError for who is too fast. */
  #count({ connection }: MethodInvocation): void {
    if (!connection) return;
    const rate = this.#rates.get(connection) ?? new RateLimit(this.#now);
    this.#rates.set(connection, rate);
    const verdict = rate.take();
    if (verdict === "stop") connection.close();
    if (verdict !== "go") throw new DdpError("too-many-requests", "Not so fast.");
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
