/**
 * What the memory engine does beyond the contract: it forgets.
 *
 * @module
 */

import { expect, test } from "vitest";
import { memoryEngine } from "../../../../src/engine/memory/memory-engine.ts";
import type { Engine } from "../../../../src/engine/engine.ts";
import type { Presence } from "../../../../src/engine/presence.ts";
import type { Streams } from "../../../../src/engine/streams.ts";
import { FakeClock } from "../../../../src/testing/fake-clock.ts";

const DAY = 86_400_000;

function open(): { clock: FakeClock; engine: Engine; streams: Streams; presence: Presence } {
  const clock = new FakeClock();
  const engine = memoryEngine({ clock });
  const { streams, presence } = engine;
  return { clock, engine, streams: streams as Streams, presence: presence as Presence };
}

test("no timer runs while there is nothing to forget", async () => {
  const { clock, engine, streams, presence } = open();
  expect(clock.timers).toBe(0);
  await presence.add("a", "c", { user: "", info: "" }, 1_000);
  await streams.append("a", "1", { size: 0, ttl: 0, key: "k", keyTtl: 1_000 });
  await streams.read("empty");
  expect(clock.timers).toBe(1);
  clock.advance(30_000);
  expect(clock.timers).toBe(1);
  clock.advance(600_000);
  expect(clock.timers).toBe(0);
  await engine.close();
});

test("closing stops the timer, and nothing starts it again", async () => {
  const { clock, engine, streams, presence } = open();
  await streams.append("a", "1", { size: 1, ttl: 1_000 });
  await presence.add("a", "c", { user: "", info: "" }, 1_000);
  expect(clock.timers).toBe(1);
  await engine.close();
  expect(clock.timers).toBe(0);
  await presence.add("a", "c", { user: "", info: "" }, 1_000).catch(() => {});
  expect(clock.timers).toBe(0);
});

test("a history that nobody wrote to for a month is forgotten, and begins anew", async () => {
  const { clock, engine, streams } = open();
  const first = await streams.append("a", "1", { size: 1, ttl: 1_000 });
  clock.advance(29 * DAY);
  expect(await streams.read("a")).toEqual({ ...first.position, entries: [] });
  clock.advance(2 * DAY);
  expect(clock.timers).toBe(0);
  const { offset, epoch } = await streams.read("a");
  expect(offset).toBe(0);
  expect(epoch).not.toBe(first.position?.epoch);
  await engine.close();
});

test("what has expired is not seen before it is swept", async () => {
  const { clock, engine, streams } = open();
  const first = await streams.append("a", "1", { size: 1, ttl: 1 });
  clock.advance(1);
  expect((await streams.read("a")).entries).toEqual([]);
  expect((await streams.append("a", "2", { size: 5, ttl: 1 })).position?.offset).toBe(2);
  expect((await streams.read("a")).entries).toEqual([{ offset: 2, data: "2" }]);
  clock.advance(31 * DAY - 5_000);
  expect((await streams.read("a")).epoch).not.toBe(first.position?.epoch);
  await engine.close();
});

test("the epoch of an empty topic lives while it is asked for", async () => {
  const { clock, engine, streams } = open();
  const { epoch } = await streams.read("a");
  for (let time = 0; time < 10; time++) {
    clock.advance(590_000);
    expect((await streams.read("a")).epoch).toBe(epoch);
  }
  clock.advance(600_000);
  expect((await streams.read("a")).epoch).not.toBe(epoch);
  await engine.close();
});

test("of endless empty topics, those are kept that were asked for last", async () => {
  const { engine, streams } = open();
  const old = await streams.read("old");
  const used = await streams.read("used");
  for (let at = 0; at < 100_000; at++) {
    void streams.read(`n${at}`);
    if (at % 1_000 === 0) void streams.read("used");
  }
  expect((await streams.read("used")).epoch).toBe(used.epoch);
  expect((await streams.read("old")).epoch).not.toBe(old.epoch);
  await engine.close();
});

test("a long history costs no more than what it keeps", async () => {
  const { engine, streams } = open();
  for (let at = 1; at <= 1_000; at++) {
    await streams.append("a", String(at), { size: 1 + (at % 7), ttl: 1_000 });
    const { entries, offset } = await streams.read("a");
    expect(offset).toBe(at);
    expect(entries.at(-1)).toEqual({ offset: at, data: String(at) });
    expect(entries.length).toBeLessThanOrEqual(1 + (at % 7));
  }
  await engine.close();
});
