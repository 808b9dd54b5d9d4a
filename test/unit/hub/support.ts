/**
 * People of the chat without a network.
 *
 * @module
 */

import type { Chat } from "../../../src/hub/chat/chat.ts";
import type { Member, Port } from "../../../src/hub/chat/member.ts";
import type { ServerMessage } from "../../../src/hub/chat/protocol.ts";
import { PreparedMessage } from "../../../src/connection/prepared-message.ts";

/** A connection that keeps what was sent. */
export class FakePort implements Port {
  readonly sent: ServerMessage[] = [];
  readonly closes: [code: number | undefined, reason: string | undefined][] = [];

  send: Port["send"] = (data) => {
    const text = data instanceof PreparedMessage ? data.data : data;
    this.sent.push(JSON.parse(String(text)) as ServerMessage);
    return Promise.resolve();
  };

  close: Port["close"] = (code, reason) => {
    this.closes.push([code, reason]);
    return Promise.resolve({ code: code ?? 1000, reason: "", wasClean: true, initiator: "local" });
  };

  /** What was sent since the last call. */
  take(): ServerMessage[] {
    return this.sent.splice(0);
  }

  /** The same, of one type only. */
  takeAll<Type extends ServerMessage["type"]>(
    type: Type,
  ): Extract<ServerMessage, { type: Type }>[] {
    return this.take().filter((message) => message.type === type) as never;
  }
}

export interface Visitor {
  readonly member: Member;
  readonly port: FakePort;
}

let sessions = 0;

/** A session that nobody else has. */
export function session(): string {
  return `session-${String(++sessions).padStart(16, "0")}`;
}

/** A key of a message. */
export function key(number: number): string {
  return `key-${String(number).padStart(16, "0")}`;
}

/** Lets somebody in, and forgets what they were told about it. */
export function enter(chat: Chat, name: string, ...rooms: string[]): Visitor {
  const port = new FakePort();
  const member = chat.enter(name, session(), port);
  for (const room of rooms) chat.join(member, room);
  port.take();
  return { member, port };
}
