/**
 * The tab's side of the chat's protocol: enters, comes back after the connection broke, and sends what the person does.
 *
 * @module
 */

import type { Connection, Message } from "../../client/browser/index.ts";
import type { ClientMessage, ServerMessage } from "../chat/protocol.ts";
import type { ChatState } from "./chat-state.ts";
import type { RoomLog } from "./room-log.ts";
import { createToken } from "./token.ts";
import { Watchdog } from "./watchdog.ts";

/** What the client needs of a connection. */
type Wire = Pick<Connection, "send" | "forEach" | "terminate">;

export class ChatClient {
  readonly #state: ChatState;
  readonly #tab: string;
  /** A secret between this page and the server, by which the server knows a connection that takes another's place. */
  readonly #session = createToken();
  #wire: Wire | undefined;
  #watchdog: Watchdog | undefined;
  #hasEntered = false;

  /** `tab` as for the state. */
  constructor(state: ChatState, tab: string) {
    this.#state = state;
    this.#tab = tab;
  }

  /** Chats over one connection after the other, under the name in the state. */
  async run(connections: AsyncIterable<Wire>): Promise<void> {
    for await (const connection of connections) {
      this.#wire = connection;
      this.#hasEntered = false;
      this.#watchdog = new Watchdog(
        () => this.#send({ type: "ping" }),
        () => connection.terminate(),
      );
      this.#hello();
      // However it ends, another one follows; the state hears about it when that is known.
      await connection.forEach((message) => this.#receive(message)).catch(() => {});
      this.#watchdog.stop();
      this.#wire = undefined;
    }
  }

  /** There is reason to doubt the connection. */
  check(): void {
    if (this.#hasEntered) this.#watchdog?.check();
  }

  openRoom(name: string): void {
    const room = this.#state.open(name);
    if (this.#state.isOnline && !room.isJoined) this.#join(room);
  }

  leaveRoom(name: string): void {
    this.#send({ type: "leave", room: name });
  }

  rename(name: string): void {
    if (this.#hasEntered) this.#send({ type: "rename", name });
    else {
      this.#state.name = name;
      this.#hello();
    }
  }

  /** Says something in the current room. Returns whether it could be sent. */
  say(text: string): boolean {
    const room = this.#state.current;
    if (!room.isJoined) return false;
    const key = `${this.#tab}${createToken()}`;
    room.send(key, text);
    this.#state.onChange();
    this.#send({ type: "say", room: room.name, text, key });
    return true;
  }

  /** Sends a message again that the server had not taken. */
  retry(key: string): void {
    for (const room of this.#state.rooms.values()) {
      if (!room.isJoined || !room.retry(key)) continue;
      this.#state.onChange();
      this.#resend(room, key);
    }
  }

  #receive(data: Message): void {
    this.#watchdog?.alive();
    const message = JSON.parse(String(data)) as ServerMessage;
    this.#state.apply(message);
    if (message.type === "welcome") {
      this.#hasEntered = true;
      for (const room of this.#state.rooms.values()) this.#join(room);
    } else if (message.type === "joined") {
      const room = this.#state.rooms.get(message.room);
      if (room) this.#resend(room);
    } else if (message.type === "problem" || message.type === "left") {
      // The room that is shown instead may be one that we are not in.
      const { current } = this.#state;
      const isOther = message.type === "left" || message.about !== current.name;
      if (this.#hasEntered && isOther && !current.isJoined) this.#join(current);
    }
  }

  #hello(): void {
    this.#send({ type: "hello", name: this.#state.name, session: this.#session });
  }

  #join({ name, lastId }: RoomLog): void {
    this.#send({ type: "join", room: name, ...(lastId !== undefined && { after: lastId }) });
  }

  /** What was on its way when the connection broke may have arrived or not; the server knows it by its key. */
  #resend({ name, pending }: RoomLog, only?: string): void {
    for (const { key, text, problem } of pending) {
      if (problem !== undefined || (only !== undefined && key !== only)) continue;
      this.#send({ type: "say", room: name, text, key });
    }
  }

  #send(message: ClientMessage): void {
    void this.#wire?.send(JSON.stringify(message));
  }
}
