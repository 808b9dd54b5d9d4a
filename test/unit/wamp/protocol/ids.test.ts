import { expect, test } from "vitest";
import { isId, MAX_ID, nextId } from "../../../../src/wamp/protocol/ids.ts";
import { randomId } from "../../../../src/wamp/protocol/random-id.ts";

test("ids are whole numbers from 1 to 2^53", () => {
  expect([1, 2, 2 ** 32, MAX_ID - 1, MAX_ID].every(isId)).toBe(true);
  for (const value of [
    0,
    -1,
    1.5,
    MAX_ID + 2,
    Number.NaN,
    Infinity,
    "1",
    1n,
    null,
    undefined,
    [1],
  ]) {
    expect(isId(value)).toBe(false);
  }
});

test("after the last id comes the first", () => {
  expect([nextId(0), nextId(1), nextId(MAX_ID - 1), nextId(MAX_ID)]).toEqual([1, 2, MAX_ID, 1]);
});

test("random ids are spread over the whole range", () => {
  const ids = Array.from({ length: 2000 }, randomId);
  expect(ids.every(isId)).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
  // In each eighth there are 250 of them, more or less: fewer than 150 come up once in 10^10 times.
  for (let part = 0; part < 8; part++) {
    const low = (part * MAX_ID) / 8;
    const within = ids.filter((id) => id > low && id <= low + MAX_ID / 8);
    expect(within.length).toBeGreaterThan(150);
  }
  expect(ids.some((id) => id % 2 === 0)).toBe(true);
});
