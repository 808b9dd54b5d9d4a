/**
 * Finding the stream that emulated commands are for: on this node, or on the one that the client names.
 *
 * @module
 */

import type { Message } from "../../../connection/transport.ts";
import type { Bus } from "../../../engine/bus.ts";
import type { Engine } from "../../../engine/engine.ts";
import type { Clock } from "../../../util/clock.ts";
import { Deferred } from "../../../util/deferred.ts";
import type { Emulated } from "./encoding.ts";
import type { StreamTransport } from "./stream-transport.ts";

/** From node to node: commands, and whether there was a stream for them. Bytes are in base64. */
type Note =
  | {
      readonly id: number;
      readonly session: string;
      readonly frame: string | readonly [base64: string];
    }
  | { readonly id: number; readonly found: boolean };

/** Tells notes from what others say to a node. */
const PREFIX = "emulation:";

/** How long another node may take. Milliseconds. */
const TIMEOUT = 5_000;

/** For how long it is known which nodes are alive. Milliseconds. */
const NODES_TTL = 1_000;

/** How many commands may be on their way to other nodes. */
const MAX_PENDING = 1024;

const routers = new WeakMap<Engine, EmulationRouter>();

export class EmulationRouter {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #streams = new Map<string, StreamTransport>();
  readonly #pending = new Map<number, Deferred<boolean>>();
  readonly #stop: () => void;
  #users = 0;
  #lastId = 0;
  #nodes: { readonly list: Promise<readonly string[]>; readonly since: number } | undefined;

  private constructor(engine: Engine, clock: Clock) {
    this.#engine = engine;
    this.#clock = clock;
    this.#stop = engine.bus.receive((data, from) => {
      if (data.startsWith(PREFIX)) this.#hear(JSON.parse(data.slice(PREFIX.length)) as Note, from);
    });
  }

  /** Servers over one engine are one node, and have one router. Each leaves it when it is closed. */
  static of(engine: Engine, clock: Clock): EmulationRouter {
    const router = routers.get(engine) ?? new EmulationRouter(engine, clock);
    routers.set(engine, router);
    router.#users++;
    return router;
  }

  leave(): void {
    if (--this.#users > 0) return;
    this.#stop();
    routers.delete(this.#engine);
  }

  add(session: string, stream: StreamTransport): void {
    this.#streams.set(session, stream);
  }

  delete(session: string): void {
    this.#streams.delete(session);
  }

  /** Resolves when the stream can take more; with `"unknown"` when there is none, `"busy"` when it can't be asked. */
  async deliver({ session, node, frame }: Emulated): Promise<"taken" | "unknown" | "busy"> {
    const { bus } = this.#engine;
    const stream = this.#streams.get(session);
    if (stream) {
      await stream.receive(frame);
      return "taken";
    }
    if (node === bus.node) return "unknown";
    if (this.#pending.size >= MAX_PENDING) return "busy";
    try {
      if (!(await this.#isAlive(node))) return "unknown";
      return (await this.#ask(bus, node, session, frame)) ? "taken" : "unknown";
    } catch {
      // The engine says itself what is wrong with it.
      return "busy";
    }
  }

  async #isAlive(node: string): Promise<boolean> {
    const now = this.#clock.now();
    if (!this.#nodes || now - this.#nodes.since > NODES_TTL) {
      this.#nodes = { list: this.#engine.bus.nodes(), since: now };
    }
    return (await this.#nodes.list).includes(node);
  }

  async #ask(bus: Bus, node: string, session: string, frame: Message): Promise<boolean> {
    const id = ++this.#lastId;
    const answer = new Deferred<boolean>();
    const timer = this.#clock.setTimeout(() => answer.resolve(false), TIMEOUT);
    this.#pending.set(id, answer);
    try {
      await bus.send(node, encode({ id, session, frame: pack(frame) }));
      return await answer.promise;
    } finally {
      this.#clock.clearTimeout(timer);
      this.#pending.delete(id);
    }
  }

  #hear(note: Note, from: string): void {
    const { id } = note;
    if ("found" in note) {
      this.#pending.get(id)?.resolve(note.found);
      return;
    }
    const stream = this.#streams.get(note.session);
    // (What waits for room is bounded there, and nobody waits here.)
    void stream?.receive(unpack(note.frame));
    this.#engine.bus.send(from, encode({ id, found: stream !== undefined })).catch(() => {});
  }
}

function encode(note: Note): string {
  return `${PREFIX}${JSON.stringify(note)}`;
}

function pack(frame: Message): string | readonly [base64: string] {
  return typeof frame === "string" ? frame : [Buffer.from(frame).toString("base64")];
}

function unpack(frame: string | readonly [base64: string]): Message {
  return typeof frame === "string" ? frame : Buffer.from(frame[0], "base64");
}
