/**
 * Tests of lanes.
 *
 * @module
 */

import { expect, test } from "vitest";
import { Lanes } from "../../../../src/channels/server/lanes.ts";
import { Deferred } from "../../../../src/util/deferred.ts";
import { isPending, turns } from "../../../support/turns.ts";

test("work of one lane is done in order, that of others meanwhile", async () => {
  const lanes = new Lanes(10);
  const first = new Deferred<void>();
  const done: string[] = [];
  void lanes.run("a", async () => {
    await first.promise;
    done.push("a1");
  });
  void lanes.run("a", async () => void done.push("a2"));
  void lanes.run("b", async () => void done.push("b"));
  await turns(1);
  expect(done).toEqual(["b"]);
  first.resolve();
  await turns(1);
  expect(done).toEqual(["b", "a1", "a2"]);
});

test("who brings more than enough waits until something is done", async () => {
  const lanes = new Lanes(2);
  const works = [new Deferred<void>(), new Deferred<void>(), new Deferred<void>()];
  expect(lanes.run("a", () => works[0]!.promise)).toBeUndefined();
  const room = lanes.run("__proto__", () => works[1]!.promise) as Promise<void>;
  expect(await isPending(room)).toBe(true);
  works[1]!.resolve();
  await room;
  const more = lanes.run("a", () => works[2]!.promise) as Promise<void>;
  works[0]!.resolve();
  await more;
  works[2]!.resolve();
  await turns(1);
  expect(lanes.run("a", async () => {})).toBeUndefined();
});
