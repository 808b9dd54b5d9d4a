/**
 * Messages of WAMP, and what is none: no bytes do more than to be refused. `FUZZ_SEED` and `FUZZ_RUNS` change the fixed seed and
 * the effort.
 *
 * @module
 */

import { deepStrictEqual } from "node:assert";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { cbor } from "../../src/wamp/cbor/cbor.ts";
import { msgpack } from "../../src/wamp/msgpack/msgpack.ts";
import { Violation } from "../../src/wamp/protocol/errors.ts";
import { json } from "../../src/wamp/protocol/json.ts";
import type { List } from "../../src/wamp/protocol/messages.ts";
import { parseMessage } from "../../src/wamp/protocol/parse.ts";
import type { Serializer } from "../../src/wamp/protocol/serializer.ts";
import { data, message } from "../support/wamp-messages.ts";

const seed = Number(process.env["FUZZ_SEED"] ?? 6455);
const numRuns = Number(process.env["FUZZ_RUNS"] ?? 1000);
const settings = { seed, numRuns };

const serializers = [json, msgpack, cbor];
const each = serializers.map((serializer) => [serializer.name, serializer] as const);

/** Byte values that mean something, more often than others. */
const byte = fc.oneof(
  fc.integer({ min: 0, max: 255 }),
  fc.constantFrom(
    0x00,
    0x5b,
    0x5d,
    0x7b,
    0x7d,
    0x22,
    0x5c,
    0x30,
    0x5f,
    0x7f,
    0x80,
    0x81,
    0x90,
    0x91,
  ),
  fc.constantFrom(
    0x9f,
    0xa0,
    0xa1,
    0xbf,
    0xc0,
    0xc4,
    0xc6,
    0xcf,
    0xd3,
    0xd9,
    0xdb,
    0xdd,
    0xdf,
    0xff,
  ),
);
const anyBytes = fc.array(byte, { maxLength: 200 }).map((bytes) => Uint8Array.from(bytes));

interface Change {
  readonly at: number;
  readonly with: readonly number[];
  readonly instead: number;
}

/** Bytes are replaced, put in and left out. */
const changes: fc.Arbitrary<Change[]> = fc.array(
  fc.record({
    at: fc.nat({ max: 10_000 }),
    with: fc.array(byte, { maxLength: 4 }),
    instead: fc.nat({ max: 4 }),
  }),
  { minLength: 1, maxLength: 6 },
);

function changed(bytes: Uint8Array, list: readonly Change[]): Uint8Array {
  const result = [...bytes];
  for (const change of list) {
    result.splice(change.at % (result.length + 1), change.instead, ...change.with);
  }
  return Uint8Array.from(result);
}

function asBytes(encoded: string | Uint8Array): Uint8Array {
  return typeof encoded === "string" ? new TextEncoder().encode(encoded) : encoded;
}

function asData(serializer: Serializer, bytes: Uint8Array): string | Uint8Array {
  return serializer === json ? new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes) : bytes;
}

/** What comes out of a serializer can be sent by each of them, and is no message or one that stays the same. */
function receive(serializer: Serializer, bytes: Uint8Array): void {
  let decoded: unknown;
  try {
    decoded = serializer.decode(asData(serializer, bytes));
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    return;
  }
  for (const next of serializers) resend(next, [decoded]);
  try {
    parseMessage(decoded);
  } catch (error) {
    expect(error).toBeInstanceOf(Violation);
    return;
  }
  for (const next of serializers) resend(next, decoded as List);
}

function resend(next: Serializer, value: List): void {
  let encoded: string | Uint8Array;
  try {
    encoded = next.encode(value);
  } catch (error) {
    // The two that are known: what would be bytes in JSON, and what is a level deeper than it was.
    const isNull = next === json && error instanceof TypeError && error.message.includes("U+0000");
    const isDeep = error instanceof RangeError && error.message.includes("deeper than");
    if (!isNull && !isDeep) throw error;
    return;
  }
  next.decode(encoded);
}

test.each(each)(
  "%s: any message arrives as it was sent, by whichever way it goes on",
  (_n, one) => {
    fc.assert(
      fc.property(message, (original) => {
        const arrived = parseMessage(one.decode(one.encode(original)));
        deepStrictEqual(arrived, original);
        for (const next of serializers)
          deepStrictEqual(next.decode(next.encode(arrived)), original);
      }),
      settings,
    );
  },
);

test.each(each)("%s: any bytes are refused, or are data", (_name, one) => {
  fc.assert(
    fc.property(anyBytes, (bytes) => receive(one, bytes)),
    settings,
  );
});

test.each(each)("%s: a message that was changed is refused, or is data", (_name, one) => {
  fc.assert(
    fc.property(message, changes, (original, list) => {
      receive(one, changed(asBytes(one.encode(original)), list));
    }),
    settings,
  );
});

test.each(each)("%s: a message that is cut is refused", (_name, one) => {
  fc.assert(
    fc.property(message, fc.nat(), (original, cut) => {
      const bytes = asBytes(one.encode(original));
      const part = bytes.subarray(0, cut % bytes.length);
      expect(() => one.decode(asData(one, part))).toThrow(Error);
    }),
    settings,
  );
});

test("any list is a message or a violation", () => {
  const anyList = fc.array(fc.oneof(data, fc.integer({ min: 0, max: 80 }), fc.constant({})), {
    maxLength: 8,
  });
  const anything = fc.oneof(anyList, data, fc.anything({ withNullPrototype: true }));
  fc.assert(
    fc.property(anything, (value) => {
      try {
        expect(parseMessage(value)).toBe(value);
      } catch (error) {
        expect(error).toBeInstanceOf(Violation);
      }
    }),
    settings,
  );
});

test.each(each)(
  "%s: whatever an application gives is sent, or a TypeError or RangeError",
  (_n, one) => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withNullPrototype: true,
      withSparseArray: true,
      withBoxedValues: true,
    });
    fc.assert(
      fc.property(fc.array(anything), (values) => {
        let encoded: string | Uint8Array;
        try {
          encoded = one.encode(values);
        } catch (error) {
          expect(error instanceof TypeError || error instanceof RangeError).toBe(true);
          return;
        }
        expect(one.decode(encoded)).toHaveLength(values.length);
      }),
      settings,
    );
  },
);

/** What may be costly: a step for each of so many that takes time for all of them. */
const SHAPES: Readonly<Record<string, (size: number) => List>> = {
  "a long list": (size) => Array.from({ length: size }, () => 1),
  "many dictionaries": (size) => Array.from({ length: size / 4 }, () => ({ a: [] })),
  "many keys": (size) => [
    Object.fromEntries(Array.from({ length: size / 8 }, (_, n) => [`k${n}`, n])),
  ],
  "a long string": (size) => ["ä".repeat(size)],
  "many bytes": (size) => [new Uint8Array(size)],
  "many strings": (size) => Array.from({ length: size / 4 }, () => "ä"),
  "many large integers": (size) => Array.from({ length: size / 4 }, () => 2n ** 60n),
};

/** Milliseconds of the processor. */
function time(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

test.each(
  each.flatMap(([, one]) => Object.keys(SHAPES).map((shape) => [one.name, shape, one] as const)),
)("%s: %s takes linear time", (_name, shape, one) => {
  const make = SHAPES[shape] as (typeof SHAPES)[string];
  const run = (size: number): number => {
    const value = make(size);
    return time(() => one.decode(one.encode(value)));
  };
  // Eight times as much: linear is 8, quadratic 64. The best of some, since a busy machine makes each longer.
  let ratio = Infinity;
  for (let attempt = 0; attempt < 8 && ratio > 24; attempt++) {
    const small = Math.max(0.5, Math.min(run(1 << 14), run(1 << 14), run(1 << 14)));
    ratio = Math.min(ratio, Math.min(run(1 << 17), run(1 << 17)) / small);
  }
  expect(ratio).toBeLessThan(24);
});
