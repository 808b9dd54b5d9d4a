/**
 * A server and a client of DDP that do what they are told, over a line that is cut; what the client shows is looked at all the time.
 *
 * @module
 */

import { ddpClient } from "../../src/ddp/client/index.ts";
import type {
  ClientSubscription,
  DdpClient,
  Document,
  LocalCollection,
  Simulation,
} from "../../src/ddp/client/index.ts";
import { createDdp, memoryDatabase } from "../../src/ddp/server/index.ts";
import type { Ddp, DdpConnection, ResumeOptions } from "../../src/ddp/server/index.ts";
import type { CuttingRelay } from "./cutting-relay.ts";
import { turns } from "./turns.ts";

export interface Item extends Document {
  readonly _id: string;
  /** The names of the calls that have written to it. */
  readonly ops: readonly string[];
}

export interface Note extends Document {
  readonly _id: string;
  readonly group: string;
}

const QUIET = { error: () => {}, warn: () => {} };

/** Methods that write to an item that they are given, and publications. */
export class CutServer {
  readonly ddp: Ddp;
  /** How often each call has run. */
  readonly runs = new Map<string, number>();
  readonly #database = memoryDatabase();
  readonly items = this.#database.collection<Item>("items");
  readonly notes = this.#database.collection<Note>("notes");
  readonly #connections = new Set<DdpConnection>();

  constructor(resume: ResumeOptions) {
    this.ddp = createDdp({ logger: QUIET, resume });
    this.ddp.onConnection((connection) => {
      this.#connections.add(connection);
      connection.onClose(() => void this.#connections.delete(connection));
    });
    this.ddp.publish("items", () => this.items.find({}));
    this.ddp.publish("notes", (_subscription, group) => this.notes.find({ group: String(group) }));
    this.ddp.methods({
      write: (_invocation, id, op) => this.#write(String(id), String(op)),
      slow: async (_invocation, id, op) => {
        await turns(3);
        return this.#write(String(id), String(op));
      },
      unblocked: async (invocation, id, op) => {
        invocation.unblock();
        await turns(2);
        return this.#write(String(id), String(op));
      },
      login: async (invocation) => {
        await invocation.setUserId("ada");
        return { id: "ada", token: "token" };
      },
      who: ({ userId }) => userId,
    });
  }

  async #write(id: string, op: string): Promise<string> {
    this.runs.set(op, (this.runs.get(op) ?? 0) + 1);
    const { count } = await this.items.update(id, { $push: { ops: op } });
    if (count === 0) await this.items.insert({ _id: id, ops: [op] });
    return `did ${op}`;
  }

  /** Ends the sessions that there are. */
  kick(): void {
    for (const connection of this.#connections) connection.close();
  }

  async addNotes(round: number, count: number): Promise<void> {
    await this.#database.transaction(async () => {
      for (let n = 0; n < count; n++) {
        await this.notes.insert({ _id: `${round}-${n}`, group: n % 2 === 0 ? "a" : "b" });
      }
    });
  }
}

export type Step =
  | { readonly kind: "write" | "slow" | "unblocked"; readonly id: string; readonly wait: boolean }
  | { readonly kind: "toggle"; readonly group: string }
  | { readonly kind: "notes"; readonly count: number }
  | { readonly kind: "kick" | "leave" | "login" | "who" }
  | { readonly kind: "turns"; readonly count: number };

/** Takes the steps, and writes down what goes wrong meanwhile. */
export class CutClient {
  readonly client: DdpClient;
  readonly items: LocalCollection<Item>;
  readonly notes: LocalCollection<Note>;
  readonly faults: string[] = [];
  readonly pending: Promise<unknown>[] = [];
  readonly ops: string[] = [];
  /** What observers have been told, put together. */
  readonly replayed: Item[] = [];
  readonly groups = new Map<string, ClientSubscription>();
  readonly #server: CutServer;
  #isLoggedIn = false;
  #round = 0;

  constructor(server: CutServer, relay: CuttingRelay) {
    this.#server = server;
    this.client = ddpClient(() => relay.open(), {
      initialDelay: 0,
      maxDelay: 0,
      logger: { error: (...data) => void this.faults.push(data.map(String).join(" ")) },
    });
    this.items = this.client.collection<Item>("items");
    this.notes = this.client.collection<Note>("notes");
    const write = (collection: LocalCollection<Item>, id: string, op: string): void => {
      if (collection.findOne(id)) void collection.update(id, { $push: { ops: op } });
      else void collection.insert({ _id: id, ops: [op] });
    };
    this.client.methods({
      write: (_simulation: Simulation, id: string, op: string) => write(this.items, id, op),
      unblocked: (_simulation: Simulation, id: string, op: string) => write(this.items, id, op),
      slow: async (simulation: Simulation, id: string, op: string) => {
        await turns(1);
        write(simulation.collection<Item>("items"), id, op);
      },
    });
    this.#follow();
  }

  #follow(): void {
    const { replayed } = this;
    const lost = (now: readonly string[], before: readonly string[]): void => {
      const gone = before.filter((op) => !now.includes(op));
      if (gone.length > 0) this.faults.push(`${gone.join()} flickered`);
    };
    this.items.find({}, { sort: { _id: 1 } }).observe({
      addedAt: (item, index) => void replayed.splice(index, 0, item),
      changedAt: (item, before, index) => {
        lost(item.ops, before.ops);
        replayed[index] = item;
      },
      movedTo: (item, from, to) => {
        replayed.splice(from, 1);
        replayed.splice(to, 0, item);
      },
      removedAt: (item, index) => {
        lost([], item.ops);
        replayed.splice(index, 1);
      },
    });
  }

  async step(step: Step): Promise<void> {
    switch (step.kind) {
      case "toggle":
        return this.#toggle(step.group);
      case "notes":
        return this.#server.addNotes(this.#round++, step.count);
      case "kick":
        return this.#server.kick();
      case "leave":
        this.client.disconnect();
        return this.client.reconnect();
      case "login":
        return this.#login();
      case "who":
        return this.#who();
      case "turns":
        return turns(step.count);
      default:
        return this.#write(step.kind, step.id, step.wait);
    }
  }

  #write(method: string, id: string, wait: boolean): void {
    const op = `${method}${this.ops.length}`;
    this.ops.push(op);
    const call = this.client.apply(method, [id, op], { wait });
    const check = async (): Promise<void> => {
      const result = await call;
      if (result !== `did ${op}`) this.faults.push(`${op} resulted in ${String(result)}`);
      // (A promise's handlers run before anything else is shown.)
      if (!this.items.findOne(id)?.ops.includes(op)) this.faults.push(`${op} was done, not shown`);
    };
    this.pending.push(check());
  }

  #toggle(group: string): void {
    const there = this.groups.get(group);
    if (there) {
      there.stop();
      this.groups.delete(group);
      this.pending.push(there.ended);
      return;
    }
    const subscription = this.client.subscribe("notes", group);
    this.groups.set(group, subscription);
  }

  #login(): void {
    const login = async (): Promise<void> => {
      if ((await this.client.login({})) !== "ada") this.faults.push("somebody else is logged in");
      this.#isLoggedIn = true;
    };
    this.pending.push(login());
  }

  #who(): void {
    const isLoggedIn = this.#isLoggedIn;
    const check = async (): Promise<void> => {
      const who = await this.client.call("who");
      if (isLoggedIn && who !== "ada") this.faults.push(`${String(who)} has called, and not ada`);
    };
    this.pending.push(check());
  }
}
