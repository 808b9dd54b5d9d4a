/** EJSON and random numbers, beside packages that were made from Meteor's. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EJSON } from "../../src/ddp/server/index.ts";
import { seededRandom } from "../../src/ddp/protocol/random/random.ts";
import { importPeer, requirePeer } from "../support/peers.ts";

interface TheirRandom {
  createWithSeeds(...seeds: unknown[]): {
    id(): string;
    hexString(digits: number): string;
    fraction(): number;
  };
}

const theirs = (await importPeer("ejson")) as typeof EJSON | undefined;
const random = (await importPeer("meteor-standalone-random")) as
  | (TheirRandom & { Random?: TheirRandom })
  | undefined;
const reason = "npm ci --prefix test/peers";
const hasEjson = requirePeer("ejson", theirs !== undefined, reason);
const hasRandom = requirePeer("meteor-standalone-random", random !== undefined, reason);

/** Keys that mean something to EJSON, and others. (`ejson` loses an own `__proto__`.) */
const key = fc.oneof(
  fc.constantFrom("$date", "$binary", "$escape", "$InfNaN", "$regexp", "$flags", "$type", "$value"),
  fc.string().filter((name) => name !== "__proto__"),
);

const { tree: value } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(null, true, false, Infinity, -Infinity, NaN, /a+/gi, /\//u),
    fc.double(),
    fc.string(),
    fc.date({ noInvalidDate: true }),
    fc.uint8Array({ maxLength: 10 }).map((bytes) => new Uint8Array(bytes)),
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.dictionary(key, tie("tree"), { maxKeys: 3 }),
  ),
}));

describe.runIf(hasEjson)("ejson", () => {
  const other = theirs as typeof EJSON;

  test("writes what we write, and reads it as we do", () => {
    fc.assert(
      fc.property(value, (given) => {
        const text = EJSON.stringify(given);
        expect(text).toBe(other.stringify(given));
        expect(other.equals(other.parse(text), EJSON.parse(text) as never)).toBe(true);
        expect(EJSON.equals(EJSON.parse(text), given)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test("finds our copies equal", () => {
    fc.assert(
      fc.property(value, fc.boolean(), (given, keyOrderSensitive) => {
        const copy = EJSON.clone(given);
        expect(other.equals(given, copy, { keyOrderSensitive })).toBe(true);
        expect(EJSON.equals(given, other.clone(given), { keyOrderSensitive })).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});

test.runIf(hasRandom)("meteor-standalone-random draws what we draw", () => {
  const other: TheirRandom | undefined = random?.Random ?? random;
  const seed = fc.oneof(fc.string({ minLength: 1 }), fc.integer());
  fc.assert(
    fc.property(fc.array(seed, { minLength: 1, maxLength: 4 }), (seeds) => {
      const [first = "", ...rest] = seeds;
      const ours = seededRandom(first, ...rest);
      const theirRandom = other?.createWithSeeds(...seeds);
      for (let count = 0; count < 3; count++) {
        expect(ours.id()).toBe(theirRandom?.id());
        expect(ours.hexString(24)).toBe(theirRandom?.hexString(24));
        expect(ours.fraction()).toBe(theirRandom?.fraction());
      }
    }),
    { numRuns: 500 },
  );
});
