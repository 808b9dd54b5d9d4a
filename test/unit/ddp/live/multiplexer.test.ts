import { expect, test } from "vitest";
import type { DocumentSink, LiveHandle } from "../../../../src/ddp/live/live-source.ts";
import { Multiplexer } from "../../../../src/ddp/live/multiplexer.ts";
import type { StartQuery } from "../../../../src/ddp/live/multiplexer.ts";
import type { Fields } from "../../../../src/ddp/protocol/fields.ts";
import { Deferred } from "../../../../src/util/deferred.ts";
import { rejection } from "../../../support/turns.ts";
import { Recorder } from "../../../support/recorder.ts";

/** A query that is run by hand. */
class ManualQuery {
  readonly started: Deferred<void> = new Deferred();
  starts = 0;
  stops = 0;
  sink!: DocumentSink;

  readonly start: StartQuery = async (sink): Promise<LiveHandle> => {
    this.starts++;
    this.sink = sink;
    await this.started.promise;
    return { stop: () => void this.stops++ };
  };
}

function running(): { multiplexer: Multiplexer; query: ManualQuery } {
  const query = new ManualQuery();
  query.started.resolve();
  return { multiplexer: new Multiplexer(), query };
}

test("the first starts the query, others share it, and the last one stops it", async () => {
  const { multiplexer, query } = running();
  const first = await multiplexer.observe("q", query.start, new Recorder());
  const second = await multiplexer.observe("q", query.start, new Recorder());
  expect(query.starts).toBe(1);
  expect(multiplexer.size).toBe(1);
  first.stop();
  first.stop();
  expect(query.stops).toBe(0);
  second.stop();
  expect(query.stops).toBe(1);
  expect(multiplexer.size).toBe(0);
});

test("another key is another query, and one that has stopped is started again", async () => {
  const { multiplexer, query } = running();
  await multiplexer.observe("q", query.start, new Recorder());
  const other = await multiplexer.observe("__proto__", query.start, new Recorder());
  expect(query.starts).toBe(2);
  other.stop();
  await multiplexer.observe("__proto__", query.start, new Recorder());
  expect(query.starts).toBe(3);
});

test("all wait for the start, and have the documents when it resolves", async () => {
  const multiplexer = new Multiplexer();
  const query = new ManualQuery();
  const sinks = [new Recorder(), new Recorder()] as const;
  const first = multiplexer.observe("q", query.start, sinks[0]);
  query.sink.added("a", { x: 1 });
  const second = multiplexer.observe("q", query.start, sinks[1]);
  query.sink.added("b", { x: 2 });
  let resolved = 0;
  for (const handle of [first, second]) void handle.then(() => resolved++);
  await Promise.resolve();
  expect(resolved).toBe(0);
  query.started.resolve();
  await Promise.all([first, second]);
  for (const { log } of sinks) {
    expect(log).toEqual([
      ["added", "a", { x: 1 }],
      ["added", "b", { x: 2 }],
    ]);
  }
});

test("the objects with the fields are the same ones for all", async () => {
  const { multiplexer, query } = running();
  const sinks = [new Recorder(), new Recorder(), new Recorder()] as const;
  await multiplexer.observe("q", query.start, sinks[0]);
  const fields: Fields = { x: { y: 1 } };
  query.sink.added("a", fields);
  await multiplexer.observe("q", query.start, sinks[1]);
  for (const { documents } of sinks.slice(0, 2)) expect(documents.get("a")).toBe(fields);
  const changed: Fields = { x: { y: 2 } };
  query.sink.changed("a", changed, changed);
  await multiplexer.observe("q", query.start, sinks[2]);
  expect(sinks[2].log).toEqual([["added", "a", changed]]);
  for (const { documents } of sinks) expect(documents.get("a")).toBe(changed);
});

test("who joins while a change is passed on begins with it, and gets it once", async () => {
  const { multiplexer, query } = running();
  const late = new Recorder();
  let joined: Promise<LiveHandle> | undefined;
  const early = new Recorder(() => {
    joined ??= multiplexer.observe("q", query.start, late);
  });
  await multiplexer.observe("q", query.start, early);
  query.sink.added("a", { x: 1 });
  await joined;
  expect(late.log).toEqual([["added", "a", { x: 1 }]]);
  query.sink.removed("a");
  expect(late.log.slice(1)).toEqual([["removed", "a"]]);
});

test("a change that a sink makes comes after the one that it is told of, for everybody", async () => {
  const { multiplexer, query } = running();
  const maker = new Recorder(([kind]) => {
    if (kind === "added") query.sink.changed("a", { x: 2 }, { x: 2 });
  });
  const sinks = [maker, new Recorder()];
  for (const sink of sinks) await multiplexer.observe("q", query.start, sink);
  query.sink.added("a", { x: 1 });
  for (const { log } of sinks) expect(log.map(([kind]) => kind)).toEqual(["added", "changed"]);
});

test("nothing is delivered after stop, which may come from within a callback", async () => {
  const { multiplexer, query } = running();
  const handles: LiveHandle[] = [];
  const sinks = [0, 1, 2].map(
    () =>
      new Recorder(() => {
        for (const handle of handles) handle.stop();
      }),
  );
  for (const sink of sinks) handles.push(await multiplexer.observe("q", query.start, sink));
  query.sink.added("a", {});
  query.sink.added("b", {});
  expect(sinks.flatMap(({ log }) => log)).toEqual([["added", "a", {}]]);
  expect(query.stops).toBe(1);
});

test("a sink that throws has failed, and the others go on", async () => {
  const { multiplexer, query } = running();
  const mistake = new Error("a mistake");
  const broken = new Recorder(([kind]) => {
    if (kind === "added") throw mistake;
  });
  const sinks = [new Recorder(), broken, new Recorder()];
  for (const sink of sinks) await multiplexer.observe("q", query.start, sink);
  query.sink.added("a", {});
  query.sink.added("b", {});
  expect(broken.log).toEqual([
    ["added", "a", {}],
    ["failed", mistake],
  ]);
  for (const { log } of [sinks[0], sinks[2]] as Recorder[]) expect(log).toHaveLength(2);
});

test("a sink that throws at everything hurts nobody, and is no longer an observer", async () => {
  const { multiplexer, query } = running();
  const broken = new Recorder(() => {
    throw new Error("at everything");
  });
  const handle = await multiplexer.observe("q", query.start, broken);
  query.sink.added("a", {});
  expect(query.stops).toBe(1);
  handle.stop();
  expect(query.stops).toBe(1);
});

test("the only sink throws while the query starts: it is stopped once it has", async () => {
  const multiplexer = new Multiplexer();
  const query = new ManualQuery();
  const broken = new Recorder(([kind]) => {
    if (kind === "added") throw new Error("a mistake");
  });
  const observed = multiplexer.observe("q", query.start, broken);
  query.sink.added("a", {});
  expect(multiplexer.size).toBe(0);
  query.started.resolve();
  await observed;
  expect(query.stops).toBe(1);
});

test("a query that fails says so to all, delivers nothing more, and is started anew by the next", async () => {
  const { multiplexer, query } = running();
  const sinks = [new Recorder(), new Recorder()];
  for (const sink of sinks) await multiplexer.observe("q", query.start, sink);
  const reason = new Error("gone");
  const { sink } = query;
  sink.failed(reason);
  sink.added("a", {});
  for (const { log } of sinks) expect(log).toEqual([["failed", reason]]);
  expect(query.stops).toBe(1);
  await multiplexer.observe("q", query.start, new Recorder());
  expect(query.starts).toBe(2);
});

test("a start that fails rejects for all that wait for it, and the next one starts again", async () => {
  const multiplexer = new Multiplexer();
  const query = new ManualQuery();
  const waiting = [0, 1].map(() => multiplexer.observe("q", query.start, new Recorder()));
  const reason = new Error("impossible");
  query.started.reject(reason);
  for (const observed of waiting) expect(await rejection(observed)).toBe(reason);
  expect(multiplexer.size).toBe(0);
  expect(await rejection(multiplexer.observe("q", query.start, new Recorder()))).toBe(reason);
  expect(query.starts).toBe(2);
});

test("a start that throws at once rejects too", async () => {
  const multiplexer = new Multiplexer();
  const reason = new Error("impossible");
  const start: StartQuery = () => {
    throw reason;
  };
  expect(await rejection(multiplexer.observe("q", start, new Recorder()))).toBe(reason);
  expect(multiplexer.size).toBe(0);
});
