/**
 * What the tests of both encodings share.
 *
 * @module
 */

import fc from "fast-check";
import type { Command, Data, Reply } from "../../../../src/channels/protocol/messages.ts";

/**
 * From hexadecimal digits; spaces are for the reader. `(6869)` is what stands between the parentheses with its length
 * before it: `026869`.
 */
export function bytes(text: string): Uint8Array {
  let digits = text.replaceAll(" ", "");
  for (let before = ""; before !== digits;) {
    before = digits;
    digits = digits.replace(/\(([^()]*)\)/, (_, inner: string) => lengthOf(inner) + inner);
  }
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function lengthOf(digits: string): string {
  const length = digits.length / 2;
  return hex(Uint8Array.from(length < 128 ? [length] : [(length % 128) + 128, length >> 7]));
}

export function hex(data: Uint8Array): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** (In JSON null is nothing at all, and bytes come out as text.) */
const anyData: fc.Arbitrary<Data> = fc.json().filter((text) => text !== "null");

const anyName = fc.oneof(
  fc.string({ minLength: 1, unit: "binary" }),
  fc.constantFrom("__proto__", "constructor", "toString"),
);
const anyOffset = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const anyUint = fc.integer({ min: 1, max: 2 ** 32 - 1 });
const yes = fc.constant(true);

/** Fields of value zero are left out, as they are on the wire. */
function some<T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Partial<T>> {
  return fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>;
}

function mapOf<T>(item: fc.Arbitrary<T>): fc.Arbitrary<Map<string, T>> {
  return fc
    .array(fc.tuple(anyName, item), { minLength: 1, maxLength: 4 })
    .map((entries) => new Map(entries));
}

const anySubscribe = some({
  channel: anyName,
  token: anyName,
  recover: yes,
  epoch: anyName,
  offset: anyOffset,
  data: anyData,
  flag: fc.oneof(fc.constant(-1), fc.constant(Number.MIN_SAFE_INTEGER), anyOffset),
});

export const anyCommand: fc.Arbitrary<Command> = some({
  id: anyUint,
  connect: some({
    token: anyName,
    data: anyData,
    subs: mapOf(anySubscribe),
    headers: mapOf(anyName),
  }),
  subscribe: anySubscribe,
  publish: some({ channel: anyName, data: anyData }),
  history: some({
    limit: fc.constantFrom(-1, -(2 ** 31), 2 ** 31 - 1, 7),
    since: some({ offset: anyOffset, epoch: anyName }),
    reverse: yes,
  }),
  send: some({ data: anyData }),
});

const anyInfo = fc.record(
  { user: anyName, client: anyName, conn_info: anyData, chan_info: anyData },
  { requiredKeys: ["user", "client"] },
);

const anyPublication = fc.record(
  { data: anyData, info: anyInfo, offset: anyOffset, tags: mapOf(anyName) },
  { requiredKeys: ["data"] },
);

export const anyReply = some({
  id: anyUint,
  error: some({ code: anyUint, message: anyName, temporary: yes }),
  push: some({ channel: anyName, pub: anyPublication, advance: some({ offset: anyOffset }) }),
  subscribe: some({
    publications: fc.array(anyPublication, { minLength: 1, maxLength: 4 }),
    recovered: yes,
  }),
  presence: fc.record({ presence: mapOf(anyInfo) }),
}) as fc.Arbitrary<Reply>;
