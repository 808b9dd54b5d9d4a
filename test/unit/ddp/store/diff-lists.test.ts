import fc from "fast-check";
import { expect, test } from "vitest";
import { diffLists } from "../../../../src/ddp/store/diff-lists.ts";

interface Item {
  readonly key: string;
  readonly state: number;
}

type Step = [step: string, key: string, ...positions: number[]];

/** Items by their keys, in states of their own; those that have the same state in both lists are the same items. */
function list(text: string, known: readonly Item[] = []): Item[] {
  return Array.from(text.matchAll(/([a-z])(\d?)/g), ([, key = "", digit = ""]) => {
    const item = { key, state: Number(digit) };
    return known.find((other) => other.key === key && other.state === item.state) ?? item;
  });
}

/** The steps, after checking that they lead there. */
function steps(before: readonly Item[], after: readonly Item[]): Step[] {
  const told: Step[] = [];
  const current = before.slice();
  diffLists(before, after, {
    added(item, index) {
      current.splice(index, 0, item);
      told.push(["added", item.key, index]);
    },
    changed(item, old, index) {
      expect(current[index]).toBe(old);
      current[index] = item;
      told.push(["changed", item.key, index]);
    },
    moved(item, from, to) {
      expect(current.splice(from, 1)).toEqual([item]);
      current.splice(to, 0, item);
      told.push(["moved", item.key, from, to]);
    },
    removed(item, index) {
      expect(current.splice(index, 1)).toEqual([item]);
      told.push(["removed", item.key, index]);
    },
  });
  expect(current).toEqual(after);
  return told;
}

function stepsOf(from: string, to: string): Step[] {
  const before = list(from);
  return steps(before, list(to, before));
}

test("diff-sequence - diff", () => {
  expect(stepsOf("", "")).toEqual([]);
  expect(stepsOf("abc", "abc")).toEqual([]);
  expect(stepsOf("", "ab")).toEqual([
    ["added", "a", 0],
    ["added", "b", 1],
  ]);
  expect(stepsOf("abc", "")).toEqual([
    ["removed", "c", 2],
    ["removed", "b", 1],
    ["removed", "a", 0],
  ]);
  expect(stepsOf("xabc", "abcx")).toEqual([["moved", "x", 0, 3]]);
  expect(stepsOf("abcx", "xabc")).toEqual([["moved", "x", 3, 0]]);
  expect(stepsOf("abcd", "adxb")).toEqual([
    ["removed", "c", 2],
    ["added", "x", 3],
    ["moved", "b", 1, 3],
  ]);
});

test("diff-sequence - diff changes ordering", () => {
  expect(stepsOf("ab1c", "ab2c")).toEqual([["changed", "b", 1]]);
  expect(stepsOf("a1bc", "bca2")).toEqual([
    ["changed", "a", 0],
    ["moved", "a", 0, 2],
  ]);
});

test("the steps lead from any list to any other, and move as few as possible", () => {
  const arbitrary = fc
    .uniqueArray(fc.constantFrom(..."abcdefghij"), { maxLength: 10 })
    .chain((keys) =>
      fc.tuple(...keys.map((key) => fc.constantFrom(`${key}1`, `${key}2`))).map((t) => t.join("")),
    );
  fc.assert(
    fc.property(arbitrary, arbitrary, (from, to) => {
      const before = list(from);
      const after = list(to, before);
      const moves = steps(before, after).filter(([step]) => step === "moved");
      const both = before.filter(({ key }) => after.some((item) => item.key === key));
      expect(moves.length).toBe(both.length - longestRun(both, after));
    }),
  );
});

/** The length of the longest run of items that are in the same order in both, by trying all. */
function longestRun(items: readonly Item[], after: readonly Item[]): number {
  const targets = items.map(({ key }) => after.findIndex((item) => item.key === key));
  const longest = targets.map(() => 1);
  for (const [at, target] of targets.entries()) {
    for (let earlier = 0; earlier < at; earlier++) {
      if ((targets[earlier] as number) < target) {
        longest[at] = Math.max(longest[at] as number, (longest[earlier] as number) + 1);
      }
    }
  }
  return Math.max(0, ...longest);
}
