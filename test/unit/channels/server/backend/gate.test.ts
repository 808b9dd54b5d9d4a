import { expect, test } from "vitest";
import { Gate } from "../../../../../src/channels/server/backend/gate.ts";
import { Deferred } from "../../../../../src/util/deferred.ts";
import { rejection, turns } from "../../../../support/turns.ts";

const { signal } = new AbortController();

test("so many run, the others wait in order", async () => {
  const gate = new Gate(2, 10);
  const done = [0, 1, 2, 3].map(() => new Deferred<void>());
  const begun: number[] = [];
  const results = done.map(({ promise }, index) =>
    gate.run(signal, () => {
      begun.push(index);
      return promise;
    }),
  );
  await turns();
  expect(begun).toEqual([0, 1]);
  done[1]?.resolve();
  await turns();
  expect(begun).toEqual([0, 1, 2]);
  for (const one of done) one.resolve();
  await Promise.all(results);
  expect(begun).toEqual([0, 1, 2, 3]);
});

test("more than may wait are refused at once", async () => {
  const gate = new Gate(1, 1);
  const done = new Deferred<void>();
  void gate.run(signal, () => done.promise);
  const waits = gate.run(signal, () => Promise.resolve("done"));
  const error = await rejection(gate.run(signal, () => Promise.resolve()));
  expect(error).toMatchObject({ kind: "refused" });
  done.resolve();
  expect(await waits).toBe("done");
});

test("who gives up leaves its place in the queue", async () => {
  const gate = new Gate(1, 1);
  const done = new Deferred<void>();
  void gate.run(signal, () => done.promise);
  const controller = new AbortController();
  const waits = rejection(gate.run(controller.signal, () => Promise.resolve()));
  controller.abort();
  expect(await waits).toMatchObject({ kind: "refused" });
  expect(await rejection(gate.run(controller.signal, () => Promise.resolve()))).toMatchObject({
    kind: "refused",
  });
  const next = gate.run(signal, () => Promise.resolve("done"));
  done.resolve();
  expect(await next).toBe("done");
});

test("what fails leaves its place too", async () => {
  const gate = new Gate(1, 1);
  expect(await rejection(gate.run(signal, () => Promise.reject(new Error("a"))))).toBeInstanceOf(
    Error,
  );
  expect(await gate.run(signal, () => Promise.resolve(1))).toBe(1);
});
