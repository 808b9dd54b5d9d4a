/**
 * The contract of streams: every engine that declares them passes it.
 *
 * @module
 */

import { describe, expect, test } from "vitest";
import type { BusMessage } from "../../../src/engine/bus.ts";
import type {
  AppendOptions,
  Appended,
  ReadOptions,
  Streams,
  StreamSlice,
} from "../../../src/engine/streams.ts";
import { StateError } from "../../../src/errors.ts";
import { rejection } from "../../support/turns.ts";
import { Fixture, STRANGE_NAMES } from "./engine-case.ts";
import type { OpenCase } from "./engine-case.ts";

const KEEP: AppendOptions = { size: 5, ttl: 60_000 };

export function streamsContract(name: string, open: OpenCase): void {
  describe(`streams: ${name}`, () => {
    const fixture = new Fixture(open);
    const streams = (): Streams => fixture.first.streams as Streams;
    const other = (): Streams => fixture.second.streams as Streams;

    async function fill(count: number, topic = "a"): Promise<void> {
      for (let at = 1; at <= count; at++) await streams().append(topic, String(at), KEEP);
    }

    async function offsets(options?: ReadOptions, topic = "a"): Promise<number[]> {
      const { entries } = await other().read(topic, options);
      for (const { offset, data } of entries) expect(data).toBe(String(offset));
      return entries.map(({ offset }) => offset);
    }

    const since = (offset: number): ReadOptions["since"] => ({ offset, epoch: "" });

    test("a topic without a history has an epoch, and keeps it", async () => {
      const { entries, offset, epoch } = await streams().read("a");
      expect({ entries, offset }).toEqual({ entries: [], offset: 0 });
      expect(epoch).not.toBe("");
      expect(await other().read("a")).toEqual({ entries: [], offset: 0, epoch });
      const { position } = await other().append("a", "1", KEEP);
      expect(position).toEqual({ offset: 1, epoch });
    });

    test("offsets count from 1, each topic its own, and all have the epoch of their topic", async () => {
      const appended: Appended[] = [];
      for (const data of ["1", "2", "3"]) appended.push(await streams().append("a", data, KEEP));
      const { epoch } = await streams().read("a");
      expect(appended).toEqual(
        [1, 2, 3].map((offset) => ({ position: { offset, epoch }, isDuplicate: false })),
      );
      expect((await streams().append("b", "1", KEEP)).position?.offset).toBe(1);
      expect(await offsets()).toEqual([1, 2, 3]);
    });

    test("to append publishes, with the position; subscribers see no gap, whoever appends", async () => {
      const heard: BusMessage[] = [];
      await fixture.second.bus.subscribe("a", (message) => void heard.push(message));
      const appending: Promise<Appended>[] = [];
      for (let at = 0; at < 50; at++) {
        appending.push((at % 2 === 0 ? streams() : other()).append("a", String(at), KEEP));
      }
      const appended = await Promise.all(appending);
      await fixture.current.settle();
      expect(heard.map(({ position }) => position?.offset)).toEqual(
        Array.from({ length: 50 }, (_, at) => at + 1),
      );
      for (const { data, position } of heard) {
        expect(appended[Number(data)]?.position).toEqual(position);
      }
    });

    test("who has heard a message can read it", async () => {
      const reads: Promise<StreamSlice>[] = [];
      await fixture.second.bus.subscribe("a", () => void reads.push(other().read("a")));
      await fill(3);
      await fixture.current.settle();
      const found = await Promise.all(reads);
      expect(found.every(({ offset }, at) => offset >= at + 1)).toBe(true);
      expect(found).toHaveLength(3);
    });

    test("a listener may append: everybody hears it in the order of the offsets", async () => {
      const heard: [number[], number[]] = [[], []];
      await fixture.first.bus.subscribe("a", ({ position }) => {
        heard[0].push(position?.offset ?? 0);
        if (heard[0].length < 5) void streams().append("a", "more", KEEP);
      });
      await fixture.first.bus.subscribe("a", ({ position }) => {
        heard[1].push(position?.offset ?? 0);
      });
      await streams().append("a", "1", KEEP);
      for (let at = 0; at < 5; at++) await fixture.current.settle();
      expect(heard).toEqual([
        [1, 2, 3, 4, 5],
        [1, 2, 3, 4, 5],
      ]);
    });

    test("with size 0 nothing is kept, and what is published has no position", async () => {
      await fill(1);
      const heard: BusMessage[] = [];
      await fixture.first.bus.subscribe("a", (message) => void heard.push(message));
      const appended = await streams().append("a", "lost", { size: 0, ttl: 60_000 });
      await fixture.current.settle();
      expect(appended).toEqual({ position: undefined, isDuplicate: false });
      expect(heard).toEqual([{ data: "lost", position: undefined }]);
      expect(await offsets()).toEqual([1]);
    });

    test("the latest entries are kept, as many as the last append says", async () => {
      await fill(12);
      expect(await offsets()).toEqual([8, 9, 10, 11, 12]);
      await streams().append("a", "13", { size: 2, ttl: 60_000 });
      expect(await offsets()).toEqual([12, 13]);
      await streams().append("a", "14", { size: 100, ttl: 60_000 });
      expect(await offsets()).toEqual([12, 13, 14]);
    });

    test("entries are kept for so long after the last one; offsets and the epoch go on", async () => {
      await fill(2);
      await fixture.current.advance(40_000);
      expect(await offsets()).toEqual([1, 2]);
      await streams().append("a", "3", KEEP);
      await fixture.current.advance(40_000);
      expect(await offsets()).toEqual([1, 2, 3]);
      const { epoch } = await streams().read("a");
      await fixture.current.advance(21_000);
      expect(await streams().read("a")).toEqual({ entries: [], offset: 3, epoch });
      expect((await streams().append("a", "4", KEEP)).position).toEqual({ offset: 4, epoch });
      expect(await offsets()).toEqual([4]);
    });

    test("reading from a position", async () => {
      await fill(8);
      expect(await offsets({ since: since(5) })).toEqual([6, 7, 8]);
      expect(await offsets({ since: since(8) })).toEqual([]);
      expect(await offsets({ since: since(7), limit: 5 })).toEqual([8]);
      expect(await offsets({ since: since(5), limit: 2 })).toEqual([6, 7]);
      // Beyond the end, before what is kept, and at the very beginning.
      expect(await offsets({ since: since(100) })).toEqual([]);
      expect(await offsets({ since: since(2) })).toEqual([4, 5, 6, 7, 8]);
      expect(await offsets({ since: since(0) })).toEqual([4, 5, 6, 7, 8]);
      expect(await offsets({ since: since(3) })).toEqual([4, 5, 6, 7, 8]);
    });

    test("reading backwards", async () => {
      await fill(8);
      expect(await offsets({ reverse: true })).toEqual([8, 7, 6, 5, 4]);
      expect(await offsets({ reverse: true, limit: 2 })).toEqual([8, 7]);
      expect(await offsets({ reverse: true, since: since(6) })).toEqual([5, 4]);
      expect(await offsets({ reverse: true, since: since(6), limit: 1 })).toEqual([5]);
      expect(await offsets({ reverse: true, since: since(9) })).toEqual([8, 7, 6, 5, 4]);
      expect(await offsets({ reverse: true, since: since(100) })).toEqual([8, 7, 6, 5, 4]);
      expect(await offsets({ reverse: true, since: since(4) })).toEqual([]);
      expect(await offsets({ reverse: true, since: since(1) })).toEqual([]);
      expect(await offsets({ reverse: true, since: since(0) })).toEqual([]);
    });

    test("limits: none, and more than there is", async () => {
      await fill(3);
      const { offset, entries } = await streams().read("a", { limit: 0 });
      expect({ offset, entries }).toEqual({ offset: 3, entries: [] });
      expect(await offsets({ limit: 0, reverse: true })).toEqual([]);
      expect(await offsets({ limit: 1000 })).toEqual([1, 2, 3]);
      expect(await offsets({ limit: 1 })).toEqual([1]);
    });

    test("the epoch of a position is not looked at", async () => {
      await fill(3);
      expect(await offsets({ since: { offset: 1, epoch: "other" } })).toEqual([2, 3]);
    });

    test("entries are removed, and offsets go on", async () => {
      await fill(3);
      const { epoch } = await streams().read("a");
      await other().remove("a");
      expect(await streams().read("a")).toEqual({ entries: [], offset: 3, epoch });
      expect((await streams().append("a", "4", KEEP)).position).toEqual({ offset: 4, epoch });
      expect(await offsets({ since: since(1) })).toEqual([4]);
      await streams().remove("unknown");
    });

    test("a key that was used changes nothing, and is answered as then", async () => {
      const heard: string[] = [];
      await fixture.first.bus.subscribe("a", ({ data }) => void heard.push(data));
      const first = await streams().append("a", "1", { ...KEEP, key: "k" });
      const again = await other().append("a", "other", { ...KEEP, key: "k" });
      await fixture.current.settle();
      expect(first.isDuplicate).toBe(false);
      expect(again).toEqual({ position: first.position, isDuplicate: true });
      expect(heard).toEqual(["1"]);
      expect(await offsets()).toEqual([1]);
      // Keys belong to their topic.
      expect((await streams().append("b", "1", { ...KEEP, key: "k" })).isDuplicate).toBe(false);
    });

    test("keys count where nothing is kept, too", async () => {
      const heard: string[] = [];
      await fixture.first.bus.subscribe("a", ({ data }) => void heard.push(data));
      const options = { size: 0, ttl: 0, key: "k" };
      await streams().append("a", "1", options);
      const again = await streams().append("a", "1", options);
      await fixture.current.settle();
      expect(again).toEqual({ position: undefined, isDuplicate: true });
      expect(heard).toEqual(["1"]);
    });

    test("the same key at the same time is used once", async () => {
      const appended = await Promise.all(
        Array.from({ length: 10 }, () => other().append("a", "1", { ...KEEP, key: "k" })),
      );
      expect(appended.filter(({ isDuplicate }) => !isDuplicate)).toHaveLength(1);
      expect(new Set(appended.map(({ position }) => position?.offset))).toEqual(new Set([1]));
    });

    test("keys expire: by themselves, five minutes after they were used", async () => {
      await streams().append("a", "1", { ...KEEP, ttl: 3_600_000, key: "k" });
      await streams().append("a", "2", { ...KEEP, ttl: 3_600_000, key: "short", keyTtl: 1_000 });
      await fixture.current.advance(2_000);
      const short = await streams().append("a", "3", { ...KEEP, ttl: 3_600_000, key: "short" });
      expect(short.isDuplicate).toBe(false);
      await fixture.current.advance(290_000);
      expect((await streams().append("a", "4", { ...KEEP, key: "k" })).isDuplicate).toBe(true);
      await fixture.current.advance(10_000);
      expect((await streams().append("a", "4", { ...KEEP, key: "k" })).isDuplicate).toBe(false);
    });

    test("what is removed leaves its keys", async () => {
      await streams().append("a", "1", { ...KEEP, key: "k" });
      await streams().remove("a");
      expect((await streams().append("a", "1", { ...KEEP, key: "k" })).isDuplicate).toBe(true);
    });

    test("keys and topics are names and nothing else", async () => {
      for (const topic of STRANGE_NAMES) {
        const key = topic;
        expect((await streams().append(topic, "1", { ...KEEP, key })).isDuplicate).toBe(false);
        expect((await streams().append(topic, "1", { ...KEEP, key })).isDuplicate).toBe(true);
        expect(await offsets({}, topic)).toEqual([1]);
      }
    });

    test("what is lost gets another epoch", async ({ skip }) => {
      const { lose } = fixture.current;
      skip(!lose, "nothing can be lost");
      await fill(2);
      const before = await streams().read("a");
      await lose?.();
      const after = await streams().read("a");
      expect({ offset: after.offset, entries: after.entries }).toEqual({ offset: 0, entries: [] });
      expect(after.epoch).not.toBe(before.epoch);
    });

    test("a slice is of one moment, while others append", async () => {
      const reads: Promise<StreamSlice>[] = [];
      for (let at = 1; at <= 40; at++) {
        void streams().append("a", String(at), { size: 10, ttl: 60_000 });
        reads.push(other().read("a", { since: since(at - 3) }));
      }
      for (const { offset, entries } of await Promise.all(reads)) {
        if (entries.length > 0) expect(entries.at(-1)?.offset).toBe(offset);
        entries.forEach((entry, at) => expect(entry.offset).toBe(entries[0]!.offset + at));
      }
    });

    test("once closed, everything rejects", async () => {
      const closed = streams();
      await fixture.first.close();
      for (const asked of [closed.append("a", "1", KEEP), closed.read("a"), closed.remove("a")]) {
        expect(await rejection(asked)).toBeInstanceOf(StateError);
      }
    });
  });
}
