/**
 * The methods that a session's client calls.
 *
 * @module
 */

import { DdpError } from "../../protocol/error.ts";
import type { MethodMessage, ServerMessage } from "../../protocol/messages.ts";
import { RandomStreams } from "../../protocol/random/random-stream.ts";
import { clientSafe, INTERNAL, toWireError } from "../../protocol/wire-error.ts";
import type { WireError } from "../../protocol/wire-error.ts";
import { writeMessage } from "../../protocol/write-message.ts";
import type { DdpConnection } from "../connection.ts";
import { runMethod } from "../methods/run-method.ts";
import { WriteFence } from "../methods/write-fence.ts";
import { runOutside } from "../scope.ts";
import type { Scope } from "../scope.ts";
import type { MessageQueue } from "./message-queue.ts";
import type { LedgerEntry, LedgerOwner, MethodLedger } from "./method-ledger.ts";
import type { SessionServer } from "./session-server.ts";

/** What calls need of their session. */
export interface MethodHost extends LedgerOwner {
  readonly connection: DdpConnection;
  readonly userId: string | null;
  readonly hasEnded: boolean;
  /** While data is held back, since another user has logged in. */
  readonly rerunning: Promise<void> | undefined;
  /** How many messages it has sent. */
  readonly sent: number;
  send(message: ServerMessage): void;
  sendText(text: string): void;
  setUserId(userId: string | null): Promise<void>;
}

/** How a method ended. */
interface Outcome {
  readonly result?: unknown;
  readonly error?: WireError | undefined;
}

export class MethodCalls {
  readonly #server: SessionServer;
  readonly #host: MethodHost;
  readonly #queue: MessageQueue;
  readonly #ledger: MethodLedger | undefined;
  readonly #onDone: () => void;
  #running = 0;

  /** `onDone` is called when fewer run than before. */
  constructor(
    server: SessionServer,
    host: MethodHost,
    queue: MessageQueue,
    ledger: MethodLedger | undefined,
    onDone: () => void,
  ) {
    this.#server = server;
    this.#host = host;
    this.#queue = queue;
    this.#ledger = ledger;
    this.#onDone = onDone;
  }

  /** How many run, or have run and aren't answered. */
  get running(): number {
    return this.#running;
  }

  /** Handles a `method`. `size`: how long its text was. */
  receive(message: MethodMessage, size: number): void {
    const known = this.#ledger?.again(message.id);
    if (known) return this.#receiveAgain(message, known, size);
    const entry = this.#ledger?.begin(message.id);
    this.#queue.push((unblock) => this.#call(message, entry, unblock), size);
  }

  /** The client has called it before, by another connection. */
  #receiveAgain(message: MethodMessage, entry: LedgerEntry, size: number): void {
    // In this session: then the answer comes, or has come, as if nothing had happened.
    if (entry.owner === this.#host.token) return this.#repeat(entry);
    entry.owner = this.#host.token;
    this.#server.counters.answeredAgain++;
    this.#queue.push((unblock) => this.#answerAgain(message, entry, unblock), size);
  }

  /**
   * Meteor's client, when somebody is logged in, comes back with the login alone, and calls again what it has called before when that is
   * done. A result that came earlier it can't use. So what wasn't answered yet is answered only now, and what came before the login's answer
   * comes again.
   */
  #repeat(entry: LedgerEntry): void {
    const isHeld = entry.state === "done" && entry.answered === undefined;
    if (!isHeld && !this.#ledger?.isEarlier(entry)) return;
    if (isHeld) return this.#reply(entry.id, entry, entry.result ?? lost(entry.id));
    if (entry.answered !== undefined) this.#reply(entry.id, entry, entry.result ?? lost(entry.id));
    else if (entry.early !== undefined) this.#sendResult(entry, entry.early);
  }

  async #answerAgain(
    message: MethodMessage,
    entry: LedgerEntry,
    unblock: () => void,
  ): Promise<void> {
    await entry.whenUnblocked();
    if (entry.isOfSession) {
      const another = this.#ledger?.begin(entry.id);
      return this.#call(message, another, unblock);
    }
    unblock();
    await entry.whenDone();
    if (this.#host.rerunning) await this.#host.rerunning;
    if (entry.owner === this.#host.token)
      this.#reply(entry.id, entry, entry.result ?? lost(entry.id));
  }

  async #call(
    message: MethodMessage,
    entry: LedgerEntry | undefined,
    unblock: () => void,
  ): Promise<void> {
    this.#running++;
    if (entry) entry.state = "running";
    const fence = new WriteFence((error) =>
      // (The client must not wait for ever for what may have been delivered.)
      this.#server.logger.error(`a barrier for the method ${message.method} failed:`, error),
    );
    const outcome = await this.#run(message, entry, fence, () => {
      entry?.unblock();
      // (What begins now is none of this method's doing.)
      runOutside(unblock);
    });
    entry?.unblock();
    void this.#answer(message, entry, fence, outcome);
  }

  async #run(
    message: MethodMessage,
    entry: LedgerEntry | undefined,
    fence: WriteFence,
    unblock: () => void,
  ): Promise<Outcome> {
    const { method: name, params = [], randomSeed } = message;
    const host = this.#host;
    const scope: Scope = {
      connection: host.connection,
      // (Nobody else can log in between here and the call.)
      userId: host.userId,
      streams: new RandomStreams(randomSeed),
      fence,
      setUserId: (userId) => {
        if (entry) entry.isOfSession = true;
        return host.setUserId(userId);
      },
    };
    try {
      // (Names that clients make up are counted by no rule: each would be a window of its own.)
      const method = this.#server.methods.get(name);
      if (method) this.#server.limits.check("method", name, host);
      return { result: await runMethod(method, { name, params, scope, unblock }) };
    } catch (error) {
      return { error: this.#wireError(name, error) };
    }
  }

  /** Never rejects. */
  async #answer(
    { id, method }: MethodMessage,
    entry: LedgerEntry | undefined,
    fence: WriteFence,
    outcome: Outcome,
  ): Promise<void> {
    const result = this.#write(id, method, outcome);
    const isEarly = fence.isWaiting && !this.#isHeld(entry);
    if (isEarly) {
      if (entry) entry.early = result;
      this.#sendResult(entry, result);
    }
    await fence.arm();
    if (this.#host.rerunning) await this.#host.rerunning;
    if (entry) this.#ledger?.finish(entry, result);
    this.#running--;
    // (The next session of the client may have been asked for the answer.)
    if (!entry || (entry.owner === this.#host.token && (isEarly || !this.#isHeld(entry))))
      this.#reply(id, entry, isEarly ? undefined : result);
    this.#onDone();
  }

  /** The client is back, and hasn't called again yet. */
  #isHeld(entry: LedgerEntry | undefined): boolean {
    return entry !== undefined && this.#ledger?.isUnclaimed(entry) === true;
  }

  #write(id: string, name: string, outcome: Outcome): string {
    try {
      return writeMessage({ msg: "result", id, ...outcome });
    } catch (error) {
      return writeMessage({ msg: "result", id, error: this.#wireError(name, error) });
    }
  }

  #reply(id: string, entry: LedgerEntry | undefined, result: string | undefined): void {
    const host = this.#host;
    if (host.hasEnded) return;
    host.send({ msg: "updated", methods: [id] });
    if (result !== undefined) this.#sendResult(entry, result);
    if (entry) this.#ledger?.answer(entry, host.sent);
  }

  #sendResult(entry: LedgerEntry | undefined, result: string): void {
    this.#host.sendText(result);
    if (entry) entry.resultAt = this.#host.sent;
  }

  #wireError(name: string, error: unknown): WireError {
    const safe = clientSafe(error);
    if (!safe) this.#server.logger.error(`the method ${name} failed:`, error);
    return toWireError(safe ?? INTERNAL);
  }
}

/** The method has run, and nobody knows any more what came of it: running it again would be worse. */
function lost(id: string): string {
  const error = new DdpError("result-lost", "The method has run, but its result is gone");
  return writeMessage({ msg: "result", id, error: toWireError(error) });
}
