/**
 * A client of DDP that loses its connection whenever the test wants, comes back, and does what a client has to do then.
 *
 * @module
 */

import type { Connection } from "../../src/connection/connection.ts";
import { pair } from "../../src/testing/pair.ts";
import type { Accepting, Json } from "./ddp-peer.ts";

/** When a connection is lost: after that many messages in one direction. */
export interface Cut {
  readonly direction: "sent" | "received";
  readonly after: number;
  /** What was sent last is lost too, rather than received by the server. */
  readonly isLossy: boolean;
}

export interface ResumingOptions {
  /** For the first connections; the one after these lasts. */
  readonly cuts: readonly Cut[];
  /** Sends all it has behind `connect`, as Meteor's client does, rather than when `connected` has come. */
  readonly isEager: boolean;
  /** Is called before it comes back. */
  readonly away?: (() => Promise<void>) | undefined;
}

export class ResumingClient {
  /** The documents that it has, by collection and id. */
  readonly documents = new Map<string, Json>();
  /** What came of each method: every `result`. */
  readonly results = new Map<string, Json[]>();
  readonly updated = new Map<string, number>();
  readonly ready = new Set<string>();
  readonly ended = new Set<string>();
  readonly #server: Accepting;
  readonly #options: ResumingOptions;
  /** What has to be sent again as long as it isn't answered, in order. */
  readonly #unanswered: Json[] = [];
  readonly #subscriptions = new Map<string, Json>();
  #connection: Connection | undefined;
  #connections = 0;
  #session: string | undefined;
  #received = 0;
  #isConnected = false;
  #frames = { sent: 0, received: 0 };

  constructor(server: Accepting, options: ResumingOptions) {
    this.#server = server;
    this.#options = options;
  }

  get isCutOff(): boolean {
    return this.#connections <= this.#options.cuts.length;
  }

  call(id: string, method: string, ...params: unknown[]): void {
    this.#request({ msg: "method", id, method, params });
  }

  subscribe(id: string, name: string): void {
    const message = { msg: "sub", id, name };
    this.#subscriptions.set(id, message);
    if (this.#isConnected) this.#send(message);
  }

  unsubscribe(id: string): void {
    this.#subscriptions.delete(id);
    this.#request({ msg: "unsub", id });
  }

  /** Whether everything is answered. */
  get isQuiet(): boolean {
    if (this.#unanswered.length > 0) return false;
    return [...this.#subscriptions.keys()].every((id) => this.ready.has(id));
  }

  async connect(): Promise<void> {
    const [ours, theirs] = pair();
    this.#connection = ours;
    this.#connections++;
    this.#frames = { sent: 0, received: 0 };
    const handled = this.#server.handler(theirs);
    const read = ours.forEach((data) => this.#receive(ours, String(data))).catch(() => {});
    const { isEager } = this.#options;
    const hadSession = this.#session !== undefined;
    const resume = hadSession ? { session: this.#session, receivedCount: this.#received } : {};
    this.#send({ msg: "connect", version: "1", support: ["1"], ...resume });
    // (Without a session that the server knows, what was sent before `connected` can't be recognized when it is sent again.)
    if (isEager && hadSession) this.#sendAll();
    await ours.closed;
    await read;
    void handled;
    this.#isConnected = false;
    await this.#options.away?.();
    if (this.#connection === ours) void this.connect();
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
  }

  #request(message: Json): void {
    this.#unanswered.push(message);
    if (this.#isConnected) this.#send(message);
  }

  #sendAll(): void {
    this.#isConnected = true;
    for (const message of this.#unanswered) this.#send(message);
    for (const message of this.#subscriptions.values()) this.#send(message);
  }

  #send(message: Json): void {
    const connection = this.#connection as Connection;
    if (connection.state !== "open") return;
    void connection.send(JSON.stringify(message));
    this.#count("sent", connection);
  }

  #count(direction: "sent" | "received", connection: Connection): boolean {
    const cut = this.#options.cuts[this.#connections - 1];
    const count = ++this.#frames[direction];
    if (!cut || cut.direction !== direction || count < cut.after) return false;
    if (cut.isLossy) connection.terminate();
    else setImmediate(() => connection.terminate());
    return true;
  }

  #receive(connection: Connection, text: string): void {
    if (connection.state !== "open") return;
    const message = JSON.parse(text) as Json;
    this.#handle(message);
    this.#count("received", connection);
  }

  #handle(message: Json): void {
    const { msg } = message;
    if (msg === "ping") return this.#send({ msg: "pong" });
    if (msg === "pong") return;
    if (msg === "connected") return this.#onConnected(message["session"] as string);
    this.#received++;
    const key = `${String(message["collection"])}/${String(message["id"])}`;
    const id = String(message["id"]);
    if (msg === "added") this.documents.set(key, (message["fields"] ?? {}) as Json);
    else if (msg === "changed") {
      this.documents.set(key, { ...this.documents.get(key), ...(message["fields"] as Json) });
    } else if (msg === "removed") this.documents.delete(key);
    else if (msg === "ready") for (const sub of message["subs"] as string[]) this.ready.add(sub);
    else if (msg === "nosub") {
      this.ended.add(id);
      this.#answered("unsub", id);
    } else if (msg === "result") {
      this.results.set(id, [...(this.results.get(id) ?? []), message]);
      this.#answered("method", id);
    } else if (msg === "updated") {
      for (const each of message["methods"] as string[]) {
        this.updated.set(each, (this.updated.get(each) ?? 0) + 1);
      }
    } else throw new Error(`unexpected: ${JSON.stringify(message)}`);
  }

  #onConnected(session: string): void {
    if (session === this.#session) this.#received++;
    else {
      this.#session = session;
      this.#received = 1;
      this.documents.clear();
      this.ready.clear();
    }
    if (!this.#isConnected) this.#sendAll();
  }

  #answered(msg: string, id: string): void {
    const index = this.#unanswered.findIndex((each) => each["msg"] === msg && each["id"] === id);
    if (index >= 0) this.#unanswered.splice(index, 1);
  }
}
