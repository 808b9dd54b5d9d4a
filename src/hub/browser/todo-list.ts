/**
 * The tab's side of the to-do list: what it knows of the tasks, and how they are changed. Every change shows at once, because a
 * stub makes it here too; what the server says of it comes later.
 *
 * @module
 */

import { DdpError } from "../../ddp/client/index.ts";
import type {
  ClientStatus,
  ClientSubscription,
  DdpClient,
  LocalCollection,
  MethodCall,
  Stub,
} from "../../ddp/client/index.ts";
import { cleanTitle, Method, nextPosition, TASKS } from "../todo/tasks.ts";
import type { Task } from "../todo/tasks.ts";
import type { Link } from "./chat-state.ts";

/** What the methods do here, before the server does it. */
const STUBS: Readonly<Record<string, Stub>> = {
  [Method.Add]: (simulation, raw: string) => {
    const tasks = simulation.collection<Task>(TASKS);
    const title = cleanTitle(raw);
    // (The server says why.)
    if (title === undefined) return undefined;
    return tasks.insert({ title, done: false, position: nextPosition(tasks.find().fetch()) });
  },
  [Method.Check]: (simulation, id: string, done: boolean) =>
    simulation.collection<Task>(TASKS).update(id, { $set: { done } }),
  [Method.Rename]: (simulation, id: string, title: string) =>
    simulation.collection<Task>(TASKS).update(id, { $set: { title } }),
  [Method.Remove]: (simulation, id: string) => simulation.collection<Task>(TASKS).remove(id),
};

export class TodoList {
  /** Called after each change. */
  onChange: () => void = () => {};
  /** Called with what the server had against a change. */
  onRefused: (problem: string) => void = () => {};
  link: Link = { state: "connecting" };
  readonly #client: DdpClient;
  readonly #tasks: LocalCollection<Task>;
  readonly #subscription: ClientSubscription;
  /** How many changes of a task the server has not confirmed. */
  readonly #pending = new Map<string, number>();

  constructor(client: DdpClient) {
    this.#client = client;
    this.#tasks = client.collection<Task>(TASKS);
    client.methods(STUBS);
    this.#subscription = client.subscribe(TASKS);
    const changed = (): void => this.onChange();
    this.#tasks.find().observe({ addedAt: changed, changedAt: changed, removedAt: changed });
    this.#subscription.ready.then(changed, () => {});
    void this.#followStatus();
  }

  get tasks(): readonly Task[] {
    return this.#tasks.find({}, { sort: { position: 1, _id: 1 } }).fetch();
  }

  /** Whether the tasks that there are have come. */
  get isReady(): boolean {
    return this.#subscription.isReady;
  }

  isPending(id: string): boolean {
    return this.#pending.has(id);
  }

  add(title: string): void {
    const call = this.#client.call<string>(Method.Add, title);
    this.#follow(
      call,
      call.simulated.then((id) => id as string),
    );
  }

  check(id: string, done: boolean): void {
    this.#follow(this.#client.call(Method.Check, id, done), id);
  }

  rename(id: string, title: string): void {
    this.#follow(this.#client.call(Method.Rename, id, title), id);
  }

  remove(id: string): void {
    this.#follow(this.#client.call(Method.Remove, id), id);
  }

  // ---- what becomes of calls

  #follow(call: MethodCall, id: string | Promise<string>): void {
    void this.#mark(call, id);
    call.done.catch((error: unknown) => {
      this.onRefused(error instanceof DdpError ? (error.reason ?? error.message) : String(error));
    });
  }

  async #mark(call: MethodCall, simulated: string | Promise<string>): Promise<void> {
    let id: string | undefined;
    try {
      id = await simulated;
    } catch {
      // The stub failed: there is no task that waits.
    }
    if (id === undefined) return;
    this.#pending.set(id, (this.#pending.get(id) ?? 0) + 1);
    this.onChange();
    await call.done.catch(() => {});
    const left = (this.#pending.get(id) ?? 1) - 1;
    if (left === 0) this.#pending.delete(id);
    else this.#pending.set(id, left);
    this.onChange();
  }

  async #followStatus(): Promise<void> {
    for await (const status of this.#client.statuses()) {
      this.link = toLink(status) ?? this.link;
      this.onChange();
    }
  }
}

/** `undefined`: nothing new, as another attempt to connect is while there is no connection anyway. */
function toLink({ state, retryAt = 0 }: ClientStatus): Link | undefined {
  if (state === "connected") return { state: "online" };
  if (state === "connecting") return undefined;
  if (state !== "waiting") return { state: "closed" };
  // (The client's clock began with the page.)
  return { state: "offline", until: Math.round(performance.timeOrigin + retryAt) };
}
