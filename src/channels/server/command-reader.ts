/**
 * What a client sends: frames into commands, and each command to where it is done.
 *
 * @module
 */

import type { Message } from "../../connection/transport.ts";
import { DisconnectCode, ErrorCode } from "../protocol/codes.ts";
import { MalformedError } from "../protocol/codec.ts";
import type { Command } from "../protocol/messages.ts";
import { ChannelError, DisconnectError } from "./errors.ts";
import { Lanes } from "./lanes.ts";
import type { CommandEntry } from "./session-server.ts";
import type { Session } from "./session.ts";

/** How many commands of a client may be under way; more wait, and then reading pauses. */
const MAX_RUNNING = 16;

export class CommandReader {
  readonly #session: Session;
  readonly #lanes = new Lanes(MAX_RUNNING);
  #isHeld = false;

  constructor(session: Session) {
    this.#session = session;
  }

  /** What comes next isn't read yet, because there is enough to do. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Returns a promise, which doesn't reject, when the next frame has to wait. */
  receive(frame: Message): Promise<void> | undefined {
    let commands: readonly Command[];
    try {
      commands = this.#session.codec.decodeCommands(frame);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      return this.#reject();
    }
    const wait =
      commands.length === 1 ? this.#start(commands[0] as Command) : this.#startAll(commands);
    return wait && this.#hold(wait);
  }

  async #hold(wait: Promise<void>): Promise<void> {
    this.#isHeld = true;
    await wait;
    this.#isHeld = false;
  }

  async #startAll(commands: readonly Command[]): Promise<void> {
    for (const command of commands) {
      const wait = this.#start(command);
      if (wait) await wait;
      // What comes after a connect that failed is discarded.
      if (command.connect && !this.#session.isConnected) return;
    }
  }

  /** Returns a promise when the next command has to wait. */
  #start(command: Command): Promise<void> | undefined {
    const session = this.#session;
    if (session.isOver) return undefined;
    const found = session.server.commands.find(({ method }) => command[method] !== undefined);
    if (!found) return command.id || !session.pong() ? this.#reject() : undefined;
    const { method, lane, run } = found;
    if (!command.id && method !== "send") return this.#reject();
    if (method === "connect") return this.#connect(command, run);
    if (!session.isConnected) return this.#reject();
    const room = this.#lanes.run(lane(command), () => this.#run(command, run));
    return room ? room.then(() => session.congestion) : session.congestion;
  }

  /** Whatever comes next waits until it is known who this is. */
  #connect(command: Command, run: CommandEntry["run"]): Promise<void> | undefined {
    return this.#session.isConnected ? this.#reject() : this.#run(command, run);
  }

  /** Never rejects. */
  async #run(command: Command, run: CommandEntry["run"]): Promise<void> {
    if (this.#session.isOver) return;
    try {
      await run(this.#session, command);
    } catch (error) {
      this.#refuse(command, error);
    }
  }

  #refuse({ id }: Command, error: unknown): void {
    const session = this.#session;
    if (error instanceof DisconnectError) return session.close(error.closeCode, error.reason);
    if (!(error instanceof ChannelError)) session.server.logger.error("a command failed", error);
    const known = error instanceof ChannelError ? error : new ChannelError(ErrorCode.Internal);
    const { errorCode: code, message, temporary } = known;
    if (id) session.send({ id, error: { code, message, temporary } });
  }

  /** What came breaks the rules of the protocol. */
  #reject(): undefined {
    this.#session.close(DisconnectCode.BadRequest, "bad request");
  }
}
