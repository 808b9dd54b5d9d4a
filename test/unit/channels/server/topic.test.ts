/**
 * Tests of topics: gaps are made up for, or told.
 *
 * @module
 */

import { expect, test } from "vitest";
import { encodeEvent } from "../../../../src/channels/server/events.ts";
import { Namespaces } from "../../../../src/channels/server/namespaces.ts";
import { Topic, topicOf } from "../../../../src/channels/server/topic.ts";
import type { BusListener } from "../../../../src/engine/bus.ts";
import type { Engine } from "../../../../src/engine/engine.ts";
import { memoryEngine } from "../../../../src/engine/memory/memory-engine.ts";
import type { Streams } from "../../../../src/engine/streams.ts";
import { turns } from "../../../support/turns.ts";

const NAME = new Namespaces({ "": { history: { size: 5, ttl: 60_000 } } }).find("a");

/** A topic whose bus says only what the test lets it say. */
async function open(): Promise<{
  topic: Topic;
  got: unknown[];
  failures: unknown[];
  say: (offset: number | undefined, epoch?: string, data?: string) => void;
  append: (count: number) => Promise<void>;
  streams: { read: Streams["read"] };
}> {
  const memory = memoryEngine();
  const real = memory.streams as Streams;
  let listener: BusListener = () => {};
  const streams: Streams = {
    append: (...asked) => real.append(...asked),
    read: (...asked) => real.read(...asked),
    remove: (name) => real.remove(name),
  };
  const bus: Engine["bus"] = {
    ...memory.bus,
    subscribe: async (_, given) => {
      listener = given;
      return async () => {};
    },
  };
  const failures: unknown[] = [];
  const topic = new Topic(NAME, { ...memory, bus, streams }, (error) => failures.push(error));
  const got: unknown[] = [];
  topic.add({
    deliver: ({ offset }) => void got.push(offset),
    lost: () => void got.push("lost"),
  });
  await topic.ready;
  const known = (await real.read(topicOf("a"))).epoch;
  const publication = { data: "1" };
  const text = encodeEvent({ type: "publication", publication, exclude: undefined });
  return {
    topic,
    got,
    failures,
    streams,
    say: (offset, epoch = known, data = text) =>
      listener({ data, position: offset === undefined ? undefined : { offset, epoch } }),
    append: async (count) => {
      const size = 5;
      for (let at = 0; at < count; at++)
        await real.append(topicOf("a"), text, { size, ttl: 60_000 });
    },
  };
}

test("what comes twice or late is dropped, and a gap is read from the history", async () => {
  const { got, say, append } = await open();
  await append(4);
  for (const offset of [1, 1, 4, 3, 2, undefined]) say(offset);
  await turns(1);
  expect(got).toEqual([1, 2, 3, 4, undefined]);
});

test("a gap that the history does not hold any more is told", async () => {
  const { got, say, append } = await open();
  await append(7);
  say(1);
  say(7);
  await turns(1);
  // (The history holds 3 to 7.)
  expect(got).toEqual([1, "lost"]);
});

test("another epoch is told", async () => {
  const { got, say } = await open();
  say(1);
  say(1, "other");
  say(2, "other");
  expect(got).toEqual([1, "lost", 1, 2]);
});

test("a history that can't be read: it is told, and goes on", async () => {
  const { got, say, failures, streams } = await open();
  streams.read = () => Promise.reject(new Error("no"));
  say(3);
  await turns(1);
  say(4);
  expect(got).toEqual(["lost", 3, 4]);
  expect(failures).toHaveLength(1);
});

test("a history that lags behind what was published: it is told", async () => {
  const { got, say, append } = await open();
  await append(1);
  say(5);
  say(6);
  await turns(1);
  expect(got).toEqual([1, "lost", 5, 6]);
});

test("the check of the position finds what was missed in silence; one that fails tells nothing", async () => {
  const { got, topic, append, streams, failures } = await open();
  await append(2);
  await topic.repair();
  await topic.repair();
  expect(got).toEqual([1, 2]);
  await append(1);
  const { read } = streams;
  streams.read = () => Promise.reject(new Error("no"));
  await topic.repair();
  expect(failures).toHaveLength(1);
  streams.read = read;
  await topic.repair();
  expect(got).toEqual([1, 2, 3]);
});

test("what waits while a gap is read is bounded; many small ones are no problem", async () => {
  const { got, say, append } = await open();
  await append(3);
  say(3);
  for (let at = 0; at < 150_000; at++) say(undefined);
  await turns(1);
  expect(got.slice(0, 3)).toEqual([1, 2, 3]);
  expect(got).toHaveLength(150_003);
  await append(2);
  say(5);
  for (let at = 0; at < 6; at++) say(undefined, "", JSON.stringify({ d: "x".repeat(1_000_000) }));
  await turns(1);
  expect(got.filter((one) => one === "lost")).toHaveLength(1);
});

test("nonsense is no event, and what is stopped delivers nothing", async () => {
  const { got, say, topic, failures } = await open();
  say(undefined, "", "[");
  expect(failures).toHaveLength(1);
  topic.stop();
  say(1);
  expect(got).toEqual([]);
});
