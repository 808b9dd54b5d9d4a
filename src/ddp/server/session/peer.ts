/**
 * One connection of a client: from the first message on, and its session once there is one.
 *
 * @module
 */

import type { Connection } from "../../../connection/connection.ts";
import { HttpHeaders } from "../../../http/headers.ts";
import { ClosedError } from "../../../errors.ts";
import { BadMessage, readMessage, toClientMessage } from "../../protocol/read-message.ts";
import type { ReadMessage } from "../../protocol/read-message.ts";
import { secureRandom } from "../../protocol/random/random.ts";
import { negotiate } from "../../protocol/versions.ts";
import { writeMessage } from "../../protocol/write-message.ts";
import type { DdpConnection } from "../connection.ts";
import type { SessionServer } from "./session-server.ts";
import { Session } from "./session.ts";

export class Peer {
  readonly #server: SessionServer;
  readonly #connection: Connection;
  #session: Session | undefined;

  constructor(server: SessionServer, connection: Connection) {
    this.#server = server;
    this.#connection = connection;
  }

  /** Resolves when the connection is over; never rejects. */
  async run(): Promise<void> {
    try {
      await this.#connection.forEach((data) => {
        if (typeof data === "string") this.#receive(data);
      });
    } catch (error) {
      if (!(error instanceof ClosedError))
        this.#server.logger.error("a DDP session failed:", error);
    }
    await this.#connection.closed;
    this.#session?.close();
  }

  #receive(text: string): void {
    try {
      const read = readMessage(text);
      if (this.#session) this.#deliver(this.#session, read);
      else this.#connect(read);
    } catch (error) {
      if (!(error instanceof BadMessage)) throw error;
      const { message: reason, offending } = error;
      this.#write(writeMessage({ msg: "error", reason, offendingMessage: offending }));
    }
  }

  #deliver(session: Session, read: ReadMessage): void {
    const message = toClientMessage(read);
    if (message.msg === "connect") throw new BadMessage("Already connected", read.echo);
    session.receive(message);
  }

  #connect({ message, echo }: ReadMessage): void {
    if (message["msg"] !== "connect") throw new BadMessage("Must connect first", echo);
    const { accepted, version } = negotiate(message["version"], message["support"]);
    if (!accepted) {
      this.#write(writeMessage({ msg: "failed", version }));
      void this.#connection.close();
      return;
    }
    this.#session = new Session(this.#server, this.#facts(), (text) => this.#write(text));
    this.#session.start();
  }

  #facts(): DdpConnection {
    const connection = this.#connection;
    const { headers, remoteAddress } = (connection.request ?? {}) as {
      headers?: HttpHeaders;
      remoteAddress?: string;
    };
    return {
      id: secureRandom.id(),
      clientAddress: remoteAddress,
      headers: headers ?? new HttpHeaders(),
      close: () => void connection.close(),
      onClose: (callback) => void this.#afterwards(callback),
    };
  }

  async #afterwards(callback: () => void): Promise<void> {
    await this.#connection.closed;
    callback();
  }

  #write(text: string): void {
    void this.#connection.send(text);
  }
}
