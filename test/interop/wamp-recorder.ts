/**
 * Keeps the messages that a router or a client sends.
 *
 * @module
 */

import { writeFileSync } from "node:fs";
import { cbor } from "../../src/wamp/cbor/index.ts";
import { json } from "../../src/wamp/client/index.ts";
import type { Serializer } from "../../src/wamp/client/index.ts";
import type { List } from "../../src/wamp/protocol/messages.ts";
import { msgpack } from "../../src/wamp/msgpack/index.ts";

export interface Recorded {
  readonly serializer: string;
  readonly data: Uint8Array;
  /** For people. */
  readonly text: string;
}

export class Recorder {
  readonly #messages = new Map<string, Recorded>();
  /** Those of the package; what they encode is kept, once. */
  readonly serializers: readonly Serializer[] = [json, msgpack, cbor].map((serializer) => ({
    ...serializer,
    encode: (message): string | Uint8Array => {
      const data = serializer.encode(message);
      this.#keep(serializer.name, data, message);
      return data;
    },
  }));

  get messages(): Recorded[] {
    return [...this.#messages.values()];
  }

  /** A line for each message, as wamp_validator.py reads it. */
  write(file: string): void {
    const lines = this.messages.map(({ serializer, data }) => `${serializer} ${toHex(data)}\n`);
    writeFileSync(file, lines.join(""));
  }

  #keep(serializer: string, data: string | Uint8Array, message: List): void {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data.slice();
    const key = `${serializer} ${toHex(bytes)}`;
    if (this.#messages.has(key)) return;
    this.#messages.set(key, { serializer, data: bytes, text: json.encode(message) as string });
  }
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}
