import { expect, test } from "vitest";
import { Slots } from "../../../src/util/slots.ts";
import { Deferred } from "../../../src/util/deferred.ts";
import { rejection, turns } from "../../support/turns.ts";

test("only so many run at a time, in the order of the calls, whatever becomes of them", async () => {
  const slots = new Slots(2);
  const begun: number[] = [];
  const ends = [0, 1, 2, 3].map(() => new Deferred<number>());
  const runs = ends.map((end, index) =>
    slots.run(() => {
      begun.push(index);
      return end.promise;
    }),
  );
  expect([begun, slots.waiting]).toEqual([[0, 1], 2]);
  ends[1]?.reject(new Error("no"));
  expect(String(await rejection(runs[1] as Promise<number>))).toContain("no");
  await turns();
  expect(begun).toEqual([0, 1, 2]);
  for (const [index, end] of ends.entries()) end.resolve(index);
  expect(await Promise.all([runs[0], runs[2], runs[3]])).toEqual([0, 2, 3]);
});
