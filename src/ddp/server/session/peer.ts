/**
 * One connection of a client: from the first message on, and its session once there is one.
 *
 * @module
 */

import { Line } from "../../../connection/alarms.ts";
import type { Connection } from "../../../connection/connection.ts";
import { HttpHeaders } from "../../../http/headers.ts";
import { ClosedError } from "../../../errors.ts";
import type { CloseInfo } from "../../../errors.ts";
import type { Clock } from "../../../util/clock.ts";
import { BadMessage, readMessage, toClientMessage } from "../../protocol/read-message.ts";
import type { ReadMessage } from "../../protocol/read-message.ts";
import { hasPings, negotiate } from "../../protocol/versions.ts";
import { writeMessage } from "../../protocol/write-message.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { HeartbeatHost } from "./heartbeat.ts";
import { Later } from "./later.ts";
import type { OutgoingMessage } from "./replay-ring.ts";
import type { SessionServer } from "./session-server.ts";
import type { Session } from "./session.ts";
import type { Wire } from "./wire.ts";

/** What a browser closes with when its page goes away: nobody will come back for the session. */
const GOING_AWAY = 1001;

/** How many messages that are none a client may send. */
const MAX_BAD = 1_000;

const FEW = 16;

export class Peer implements Wire, HeartbeatHost {
  readonly clientAddress: string | undefined;
  readonly headers: HttpHeaders;
  readonly clock: Clock;
  hasPings = true;
  isPaused = false;
  readonly #server: SessionServer;
  readonly #connection: Connection;
  #session: Session | undefined;
  #heartbeat: Heartbeat | undefined;
  /** Until it has said `connect`. */
  #opening: Later | undefined;
  #received = 0;
  #bad = 0;

  constructor(server: SessionServer, connection: Connection) {
    this.#server = server;
    this.#connection = connection;
    const { headers, remoteAddress } = (connection.request ?? {}) as {
      headers?: HttpHeaders;
      remoteAddress?: string;
    };
    this.headers = headers ?? new HttpHeaders();
    this.clientAddress = remoteAddress;
    this.clock = server.settings.clock;
  }

  get session(): Session | undefined {
    return this.#session;
  }

  /** Resolves when the connection is over. */
  get gone(): Promise<unknown> {
    return this.#connection.closed;
  }

  /** Resolves when the connection is over; never rejects. (Not `async`: connections are many, and each waits here for its end.) */
  run(): Promise<void> {
    this.#opening = new Later(() => this.close(1008));
    this.#openingLine.add(this.#opening);
    this.#connection
      .forEach((data) => this.#receive(data))
      .catch((error: unknown) => this.#failed(error));
    return this.#connection.closed.then((info) => this.#end(info));
  }

  get #openingLine(): Line {
    return Line.of(this.clock, this.#server.settings.openTimeout);
  }

  #opened(): void {
    if (this.#opening) this.#openingLine.delete(this.#opening);
    this.#opening = undefined;
  }

  #end(info: CloseInfo): void {
    this.#opened();
    this.#heartbeat?.stop();
    this.#leave(info);
    this.#server.left(this);
  }

  /** (What it has read before the connection ended is the session's, as long as nobody else takes that.) */
  #leave({ wasClean, initiator, code }: CloseInfo): void {
    const session = this.#session;
    if (wasClean && initiator === "remote" && code === GOING_AWAY) session?.end();
    else session?.detach(this);
  }

  #failed(error: unknown): void {
    if (error instanceof ClosedError) return;
    this.#server.logger.error("a DDP session failed:", error);
    this.#session?.end(1011);
    this.close(1011);
  }

  #receive(data: unknown): Promise<void> | undefined {
    this.#heartbeat?.heard();
    if (typeof data !== "string" || this.#bad > MAX_BAD) return undefined;
    try {
      const read = readMessage(data);
      if (this.#session) this.#deliver(this.#session, read);
      else this.#connect(read);
    } catch (error) {
      if (!(error instanceof BadMessage)) throw error;
      this.#complain(error);
    }
    const room = this.#session?.whenRoom() ?? this.#whenNextTurn();
    return room && this.#pause(room);
  }

  /** (A few messages take no time.) */
  #whenNextTurn(): Promise<void> | undefined {
    return ++this.#received % FEW === 0 ? this.#server.turn.whenNext() : undefined;
  }

  async #pause(room: Promise<void>): Promise<void> {
    this.isPaused = true;
    await room;
    this.isPaused = false;
  }

  /** (They cost more than others, and many fit into a packet.) */
  #complain({ message: reason, offending: offendingMessage }: BadMessage): void {
    const text = writeMessage({ msg: "error", reason, offendingMessage });
    if (this.#session) this.#session.sendText(text);
    else this.send(text);
    if (++this.#bad > MAX_BAD) this.close(1008);
  }

  #deliver(session: Session, read: ReadMessage): void {
    const message = toClientMessage(read);
    const { msg } = message;
    if (msg === "connect") throw new BadMessage("Already connected", read.echo);
    if (!this.hasPings && (msg === "ping" || msg === "pong")) {
      throw new BadMessage("Bad request", read.echo);
    }
    session.receive(message, read.size);
  }

  #connect({ message, echo }: ReadMessage): void {
    if (message["msg"] !== "connect") throw new BadMessage("Must connect first", echo);
    // (Messages that come after a refusal, or after the end, mean nothing.)
    if (this.#connection.state !== "open") return;
    const { accepted, version } = negotiate(message["version"], message["support"]);
    if (!accepted) {
      this.send(writeMessage({ msg: "failed", version }));
      return this.close();
    }
    this.#opened();
    this.hasPings = hasPings(version);
    this.#session = this.#server.sessions.open(this, message["session"], message["receivedCount"]);
    const { heartbeat } = this.#server.settings;
    if (heartbeat && this.hasPings) this.#heartbeat = new Heartbeat(this, heartbeat);
  }

  // ---- for the session

  send(message: OutgoingMessage): void {
    void this.#connection.send(message);
  }

  close(code?: number): void {
    void this.#connection.close(code);
  }

  cut(): void {
    this.#session = undefined;
    this.#connection.terminate();
  }

  // ---- for the heartbeat

  ping(): void {
    this.#session?.ping();
  }

  giveUp(): void {
    this.#server.counters.silent++;
    this.#connection.terminate();
  }
}
