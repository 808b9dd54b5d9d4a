/**
 * The chat's WebSocket endpoint: one connection, one person.
 *
 * @module
 */

import { CloseCode, TimeoutError } from "../../client/node/index.ts";
import type { Connection, Message } from "../../client/node/index.ts";
import type { Chat } from "./chat.ts";
import { ChatProblem, Misbehaviour } from "./errors.ts";
import type { Member } from "./member.ts";
import type { ClientMessage, ProblemMessage } from "./protocol.ts";
import { RateLimit } from "./rate-limit.ts";
import { readMessage } from "./read-message.ts";

/** How long a client may take to say who it is. */
const HELLO_TIMEOUT = 10_000;

/** Serves one connection until it ends. */
export async function serveChat(chat: Chat, connection: Connection): Promise<void> {
  const visit = new Visit(chat, connection);
  try {
    while (!visit.hasEntered) visit.receive(await connection.recv({ timeout: HELLO_TIMEOUT }));
    await connection.forEach((message) => visit.receive(message));
  } catch (error) {
    const reason = error instanceof TimeoutError ? late() : error;
    if (!(reason instanceof Misbehaviour)) throw reason;
    void connection.close(reason.closeCode, reason.message);
  } finally {
    visit.end();
  }
}

/** What one connection does in the chat. */
class Visit {
  readonly #chat: Chat;
  readonly #connection: Connection;
  readonly #rate = new RateLimit(() => performance.now());
  #member: Member | undefined;

  constructor(chat: Chat, connection: Connection) {
    this.#chat = chat;
    this.#connection = connection;
  }

  get hasEntered(): boolean {
    return this.#member !== undefined;
  }

  /** @throws Misbehaviour when the connection is to be closed. */
  receive(data: Message): void {
    // Another connection may have taken the place of this one.
    if (this.#connection.state !== "open") return;
    const verdict = this.#rate.take();
    if (verdict === "stop") throw new Misbehaviour(CloseCode.PolicyViolation, "too many messages");
    const message = readMessage(data);
    try {
      if (verdict === "slower") throw new ChatProblem("rate", "Not so fast.", subject(message));
      if (this.#member) this.#act(this.#member, message);
      else this.#enter(message);
    } catch (error) {
      if (!(error instanceof ChatProblem)) throw error;
      this.#explain(error);
    }
  }

  end(): void {
    if (this.#member) this.#chat.exit(this.#member);
  }

  #enter(message: ClientMessage): void {
    if (message.type !== "hello") throw new Misbehaviour(CloseCode.PolicyViolation, "no hello");
    this.#member = this.#chat.enter(message.name, message.session, this.#connection);
  }

  #act(member: Member, message: ClientMessage): void {
    switch (message.type) {
      case "hello":
        throw new Misbehaviour(CloseCode.PolicyViolation, "hello again");
      case "rename":
        return this.#chat.rename(member, message.name);
      case "join":
        return this.#chat.join(member, message.room, message.after);
      case "leave":
        return this.#chat.leave(member, message.room);
      case "say":
        return this.#chat.say(member, message.room, message.text, message.key);
      case "ping":
        return member.tell({ type: "pong" });
    }
  }

  #explain({ problem, message, about }: ChatProblem): void {
    const answer: ProblemMessage = { type: "problem", problem, message };
    void this.#connection.send(JSON.stringify(about === undefined ? answer : { ...answer, about }));
  }
}

/** What a problem with a message is about. */
function subject(message: ClientMessage): string | undefined {
  if (message.type === "say") return message.key;
  return "room" in message ? message.room : undefined;
}

function late(): Misbehaviour {
  return new Misbehaviour(CloseCode.PolicyViolation, "no hello in time");
}
