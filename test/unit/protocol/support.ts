/**
 * Both ends of a connection, and wire bytes as they are read in an RFC.
 *
 * @module
 */

import type { MessageCodec, ProtocolPlatform, Role } from "../../../src/protocol/platform.ts";
import { Protocol, type ProtocolOptions } from "../../../src/protocol/protocol.ts";
import { webPlatform } from "../../../src/protocol/web-platform.ts";

/** The masking key of the examples in RFC 6455 section 5.7. */
const KEY = [0x37, 0xfa, 0x21, 0x3d];

/** Masks with the key of the RFC's examples, so that frames of a client can be written down. */
export const testPlatform: ProtocolPlatform = { ...webPlatform, maskingKey: () => 0x37fa213d };

export const ROLES: readonly Role[] = ["client", "server"];

/** The bytes that a text of hexadecimal digits stands for; space and `|` are only there for the reader. */
export function bytes(hex: string): Uint8Array {
  const digits = hex.replaceAll(/[\s|]/g, "");
  return Uint8Array.from({ length: digits.length / 2 }, (_, index) =>
    Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16),
  );
}

export function hex(data: Uint8Array): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}

/**
 * Frames as an endpoint of `role` gets them. They are written unmasked, `"81 05 | 48 65 6c 6c 6f"`, with a bar between
 * header and payload, and are masked here for a server.
 */
export function wire(role: Role, ...frames: string[]): Uint8Array {
  if (role === "client") return concat(frames.map(bytes));
  return concat(
    frames.map((frame) => {
      const [header = new Uint8Array(), payload = new Uint8Array()] = frame.split("|").map(bytes);
      header[1]! |= 0x80;
      return concat([header, Uint8Array.from(KEY), payload.map((byte, at) => byte ^ KEY[at & 3]!)]);
    }),
  );
}

/** The bytes `41`, which is an A, as hexadecimal digits. */
export function letters(count: number): string {
  return "41".repeat(count);
}

export function open(role: Role, options: Partial<ProtocolOptions> = {}): Protocol {
  return new Protocol({ role, platform: testPlatform, ...options });
}

/** What is to be written, as hexadecimal digits. */
export function output(protocol: Protocol): string {
  return hex(concat(protocol.dataToSend()));
}

/** Gives each byte on its own. */
export function dribble(protocol: Protocol, data: Uint8Array): void {
  for (const byte of data) protocol.receiveData(Uint8Array.of(byte));
}

/** A codec that only turns each byte over, which makes its work visible on the wire. */
export function invertingCodec(options: Partial<MessageCodec> = {}): MessageCodec {
  const invert = (data: Uint8Array): Uint8Array => data.map((byte) => byte ^ 0xff);
  return { threshold: 4, compress: invert, decompress: invert, close() {}, ...options };
}

/** Calls that are answered when the test says so. */
export class Later {
  readonly calls: {
    data: Uint8Array;
    resolve: (data: Uint8Array) => void;
    reject: (error: unknown) => void;
  }[] = [];

  readonly call = (data: Uint8Array): Promise<Uint8Array> =>
    new Promise((resolve, reject) => this.calls.push({ data, resolve, reject }));

  /** Answers the oldest call, and waits until the answer has had its effect. */
  async answer(data?: Uint8Array): Promise<void> {
    const { data: asked, resolve } = this.calls.shift()!;
    resolve(data ?? asked);
    await settled();
  }

  async refuse(error: unknown): Promise<void> {
    this.calls.shift()!.reject(error);
    await settled();
  }
}

/** Lets the reactions of settled promises run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
}
