/**
 * What was said in a room, as far as it is kept: bounded in bytes, the oldest go first.
 *
 * @module
 */

import type { ChatMessage } from "./protocol.ts";

interface Entry {
  readonly message: ChatMessage;
  readonly number: number;
  readonly size: number;
}

/** What an entry costs beside its text. */
const ENTRY_BYTES = 64;

export class History {
  readonly #epoch: string;
  readonly #maxBytes: number;
  /** By key, the oldest first. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;
  /** The number of the last message that is not kept, or that came before the room. */
  #floor: number;

  /** Numbers count up from `floor`; together with `epoch` they never come again. */
  constructor(epoch: string, floor: number, maxBytes: number) {
    this.#epoch = epoch;
    this.#floor = floor;
    this.#maxBytes = maxBytes;
  }

  /** Keeps a message; `number` is higher than all before. */
  add(message: ChatMessage, number: number): void {
    const size = Buffer.byteLength(JSON.stringify(message)) + ENTRY_BYTES;
    this.#entries.set(message.key, { message, number, size });
    this.#bytes += size;
    for (const [key, oldest] of this.#entries) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#entries.delete(key);
      this.#bytes -= oldest.size;
      this.#floor = oldest.number;
    }
  }

  find(key: string): ChatMessage | undefined {
    return this.#entries.get(key)?.message;
  }

  /** What is kept from after the message with the id `after`, and whether that is all that there was. */
  since(after: string | undefined): { messages: ChatMessage[]; complete: boolean } {
    const number = after === undefined ? undefined : parseId(after, this.#epoch);
    const entries = [...this.#entries.values()];
    const wanted =
      number === undefined ? entries : entries.filter((entry) => entry.number > number);
    const complete = number !== undefined && number >= this.#floor;
    return { messages: wanted.map(({ message }) => message), complete };
  }
}

export function formatId(epoch: string, number: number): string {
  return `${epoch}-${number}`;
}

/** The number in an id of this epoch. */
function parseId(id: string, epoch: string): number | undefined {
  const match = /^([0-9a-z]{1,16})-([0-9]{1,15})$/.exec(id);
  return match?.[1] === epoch ? Number(match[2]) : undefined;
}
