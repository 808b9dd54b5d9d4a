/**
 * An application that clients of DDP talk to over a real port.
 *
 * @module
 */

import { createAccounts, createDdp, DdpError, memoryDatabase } from "../../src/ddp/server/index.ts";
import type {
  DdpOptions,
  Document,
  MemoryCollection,
  Method,
  User,
} from "../../src/ddp/server/index.ts";
import { serve } from "../../src/server/index.ts";

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

function methodsOf(tasks: MemoryCollection<Task>): Record<string, Method> {
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
    insert: (_invocation, task) => tasks.insert(task as Task),
    rename: (_invocation, id, title) =>
      tasks.update(String(id), { $set: { title: String(title) } }),
    forgetDate: (_invocation, id) => tasks.update(String(id), { $unset: { at: 1 } }),
    remove: (_invocation, id) => tasks.remove(String(id)),
  };
}

interface Task extends Document {
  readonly title: string;
  readonly at?: Date;
}

/** `tasks` begins with one, `a`. */
export async function startDdp(options: DdpOptions = {}): Promise<DdpApplication> {
  const logger = { error: () => {}, warn: () => {} };
  const ddp = createDdp({ logger, ...options });
  const database = memoryDatabase();
  const users = database.collection<User>("users");
  const accounts = createAccounts(ddp, { users, bcryptRounds: 4, allowSignUp: true });
  const ada = await accounts.createUser({ username: "ada", password: "pencil" });
  const tasks = database.collection<Task>("tasks");
  await tasks.insert({ _id: "a", title: "first", at: new Date(5) });
  ddp.methods(methodsOf(tasks));
  ddp.publish({
    tasks: () => tasks.find(),
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
