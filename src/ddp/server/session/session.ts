/**
 * A session: what a client has on the server.
 *
 * @module
 */

import type { PreparedMessage } from "../../../connection/prepared-message.ts";
import { RandomStreams } from "../../protocol/random/random-stream.ts";
import { secureRandom } from "../../protocol/random/random.ts";
import type { ClientMessage, MethodMessage, ServerMessage } from "../../protocol/messages.ts";
import { clientSafe, INTERNAL, toWireError } from "../../protocol/wire-error.ts";
import type { WireError } from "../../protocol/wire-error.ts";
import { writeMessage } from "../../protocol/write-message.ts";
import type { DdpConnection } from "../connection.ts";
import type { Logger } from "../logger.ts";
import { runMethod } from "../methods/run-method.ts";
import { WriteFence } from "../methods/write-fence.ts";
import type { PublicationHost } from "../publications/host.ts";
import type { Publications } from "../publications/publications.ts";
import { SessionSubscriptions } from "../publications/session-subscriptions.ts";
import type { Scope } from "../scope.ts";
import { MessageQueue } from "./message-queue.ts";
import type { SessionServer } from "./session-server.ts";

/** How a method ended. */
interface Outcome {
  readonly result?: unknown;
  readonly error?: WireError | undefined;
}

export class Session implements PublicationHost {
  /** What a client shows to go on with this session: a secret. */
  readonly token: string = secureRandom.secret();
  readonly connection: DdpConnection;
  readonly logger: Logger;
  readonly publications: Publications;
  readonly #server: SessionServer;
  readonly #write: (text: string) => void;
  readonly #queue = new MessageQueue();
  readonly #subscriptions: SessionSubscriptions;
  #userId: string | null = null;
  #isClosed = false;

  constructor(server: SessionServer, connection: DdpConnection, write: (text: string) => void) {
    this.#server = server;
    this.connection = connection;
    this.logger = server.logger;
    this.publications = server.publications;
    this.#write = write;
    this.#subscriptions = new SessionSubscriptions(this);
  }

  get userId(): string | null {
    return this.#userId;
  }

  start(): void {
    this.send({ msg: "connected", session: this.token });
    this.#subscriptions.startUniversal();
  }

  send(message: ServerMessage): void {
    this.sendText(writeMessage(message));
  }

  sendText(text: string): void {
    if (!this.#isClosed) this.#write(text);
  }

  sendShared({ data }: PreparedMessage): void {
    this.sendText(data as string);
  }

  receive(message: ClientMessage): void {
    switch (message.msg) {
      case "sub":
        return this.#queue.push((unblock) => this.#subscriptions.subscribe(message, unblock));
      case "unsub":
        return this.#queue.push(() => this.#subscriptions.unsubscribe(message));
      case "method":
        return this.#queue.push((unblock) => this.#call(message, unblock));
      case "ping":
        return this.send({ ...message, msg: "pong" });
      default:
    }
  }

  async #call(message: MethodMessage, unblock: () => void): Promise<void> {
    const fence = new WriteFence();
    const outcome = await this.#run(message, fence, unblock);
    void this.#answer(message.id, fence, outcome);
  }

  async #run(message: MethodMessage, fence: WriteFence, unblock: () => void): Promise<Outcome> {
    const { method: name, params = [], randomSeed } = message;
    const currentUser = (): string | null => this.#userId;
    const scope: Scope = {
      connection: this.connection,
      get userId() {
        return currentUser();
      },
      streams: new RandomStreams(randomSeed),
      fence,
      setUserId: (userId) => this.#setUserId(userId),
    };
    try {
      const method = this.#server.methods.get(name);
      return { result: await runMethod(method, { name, params, scope, unblock }) };
    } catch (error) {
      const safe = clientSafe(error);
      if (!safe) this.logger.error(`the method ${name} failed:`, error);
      return { error: toWireError(safe ?? INTERNAL) };
    }
  }

  async #answer(id: string, fence: WriteFence, outcome: Outcome): Promise<void> {
    const isEarly = fence.isWaiting;
    if (isEarly) this.send({ msg: "result", id, ...outcome });
    await fence.arm();
    if (this.#subscriptions.rerunning) await this.#subscriptions.rerunning;
    this.send({ msg: "updated", methods: [id] });
    if (!isEarly) this.send({ msg: "result", id, ...outcome });
  }

  async #setUserId(userId: string | null): Promise<void> {
    this.#userId = userId;
    await this.#subscriptions.rerun();
  }

  close(): void {
    this.#isClosed = true;
    this.#queue.close();
    this.#subscriptions.close();
  }
}
