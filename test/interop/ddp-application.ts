/**
 * An application that clients of DDP talk to over a real port.
 *
 * @module
 */

import { createAccounts, createDdp, DdpError } from "../../src/ddp/server/index.ts";
import type { DdpOptions, Fields, Method, Subscription } from "../../src/ddp/server/index.ts";
import { serve } from "../../src/server/index.ts";
import { memoryUsers } from "../support/ddp-users.ts";

export interface DdpApplication extends AsyncDisposable {
  readonly port: number;
  /** For WebSockets. */
  readonly url: string;
  /** The user `ada`, whose password is `pencil`. */
  readonly ada: string;
  /** Sessions that there are. */
  sessions(): number;
  /** Cuts every connection, as a network does. */
  cut(): void;
}

/** Documents that are published by hand. */
class Tasks {
  readonly #tasks = new Map<string, Fields>();
  readonly #subscriptions = new Set<Subscription>();

  publish(subscription: Subscription): void {
    for (const [id, fields] of this.#tasks) subscription.added("tasks", id, fields);
    this.#subscriptions.add(subscription);
    subscription.onStop(() => void this.#subscriptions.delete(subscription));
    subscription.ready();
  }

  insert(id: string, fields: Fields): void {
    this.#tasks.set(id, fields);
    for (const subscription of this.#subscriptions) subscription.added("tasks", id, fields);
  }

  update(id: string, changes: Fields): void {
    this.#tasks.set(id, { ...this.#tasks.get(id), ...changes });
    for (const subscription of this.#subscriptions) subscription.changed("tasks", id, changes);
  }

  remove(id: string): void {
    this.#tasks.delete(id);
    for (const subscription of this.#subscriptions) subscription.removed("tasks", id);
  }
}

function methodsOf(tasks: Tasks): Record<string, Method> {
  return {
    add: (_invocation, a, b) => Number(a) + Number(b),
    echo: (_invocation, ...params) => params,
    who: ({ userId }) => userId,
    draw: (invocation) => invocation.random("/collection/tasks").id(),
    refuse: () => {
      throw new DdpError("no", "never", { left: 3 });
    },
    fail: () => {
      throw new Error("a secret");
    },
    insert: (_invocation, id, fields) => tasks.insert(String(id), fields as Fields),
    rename: (_invocation, id, title) => tasks.update(String(id), { title }),
    forgetDate: (_invocation, id) => tasks.update(String(id), { at: undefined }),
    remove: (_invocation, id) => tasks.remove(String(id)),
  };
}

/** `tasks` begins with one, `a`. */
export async function startDdp(options: DdpOptions = {}): Promise<DdpApplication> {
  const logger = { error: () => {}, warn: () => {} };
  const ddp = createDdp({ logger, ...options });
  const users = memoryUsers();
  const accounts = createAccounts(ddp, { users, bcryptRounds: 4, allowSignUp: true });
  const ada = await accounts.createUser({ username: "ada", password: "pencil" });
  const tasks = new Tasks();
  tasks.insert("a", { title: "first", at: new Date(5) });
  ddp.methods(methodsOf(tasks));
  ddp.publish({
    tasks: (subscription) => tasks.publish(subscription),
    secret: () => {
      throw new DdpError(403, "Not for you");
    },
  });
  const server = await serve({ "/websocket": ddp.handler });
  const { port } = new URL(server.url);
  return {
    ada,
    port: Number(port),
    url: `ws://127.0.0.1:${port}/websocket`,
    sessions: () => ddp.stats().sessions,
    cut: () => {
      for (const connection of server.connections) connection.terminate();
    },
    async [Symbol.asyncDispose]() {
      await ddp.close();
      await server.close();
    },
  };
}
