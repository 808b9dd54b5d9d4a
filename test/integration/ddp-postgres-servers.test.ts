/** Several servers over one PostgreSQL, and what happens when their connections to it are lost. */

import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { createDdp } from "../../src/ddp/server/index.ts";
import type { Ddp } from "../../src/ddp/server/index.ts";
import { sql } from "../../src/ddp/postgres/index.ts";
import type { PostgresCollection, PostgresDatabase } from "../../src/ddp/postgres/index.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";
import { DdpPeer } from "../support/ddp-peer.ts";
import type { Json } from "../support/ddp-peer.ts";
import { Recorder } from "../support/recorder.ts";
import { requirePostgres } from "../support/postgres.ts";
import { PostgresFixture } from "../support/postgres-tables.ts";
import type { Task } from "../support/postgres-tables.ts";
import { isPending, until } from "../support/turns.ts";

/** Ends the connections that listen, as a network that breaks would. */
const CUT = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE query LIKE 'LISTEN %' OR query LIKE 'SELECT pg_notify%'`;

describe.runIf(requirePostgres())("servers over one PostgreSQL", () => {
  const fixture = new PostgresFixture();

  beforeEach(() => fixture.createTasks());

  function serve(): { ddp: Ddp; database: PostgresDatabase; tasks: PostgresCollection<Task> } {
    const database = fixture.open();
    const tasks = database.collection<Task>("tasks");
    const ddp = createDdp({ logger: fixture.logger });
    ddp.publish("list", (_subscription, list) => tasks.find(sql`list = ${String(list)}`));
    ddp.methods({
      add: (_invocation, list) => tasks.insert({ list: String(list) }),
      bump: (_invocation, id) => tasks.update(String(id), { version: sql`version + 1` }),
      bumpAll: () =>
        database.transaction(async () => {
          await tasks.update(sql`true`, { version: sql`version + 1` });
          await tasks.update(sql`true`, { version: sql`version + 1` });
        }),
      bumpInPassing: (_invocation, id) =>
        void tasks.update(String(id), { version: sql`version + 1` }),
    });
    return { ddp, database, tasks };
  }

  async function subscribe(ddp: Ddp): Promise<DdpPeer> {
    const peer = await DdpPeer.connect(ddp);
    peer.send({ msg: "sub", id: "s", name: "list", params: ["x"] });
    for (let message = await peer.take(); message["msg"] !== "ready"; message = await peer.take());
    return peer;
  }

  test("each sees the others' writes and those of plain SQL; `updated` comes after the data", async () => {
    const [one, two] = [serve(), serve()];
    const [ada, bob] = [await subscribe(one.ddp), await subscribe(two.ddp)];
    ada.send({ msg: "method", id: "1", method: "add", params: ["x"], randomSeed: "seed" });
    const [added, updated, result] = await ada.takeAll(3);
    const id = result?.["result"];
    expect(id).toMatch(/^\w{17}$/);
    const expected = { msg: "added", collection: "tasks", id, fields: { list: "x", version: 0 } };
    expect(added).toEqual(expected);
    expect(updated).toEqual({ msg: "updated", methods: ["1"] });
    expect(await bob.take()).toEqual(expected);

    bob.send({ msg: "method", id: "1", method: "bump", params: [id] });
    const changed = { msg: "changed", collection: "tasks", id, fields: { version: 1 } };
    expect((await bob.takeAll(3)).map(({ msg }) => msg)).toEqual(["changed", "updated", "result"]);
    expect(await ada.take()).toEqual(changed);

    await fixture.outside.query("DELETE FROM tasks");
    const removed = { msg: "removed", collection: "tasks", id };
    expect([await ada.take(), await bob.take()]).toEqual([removed, removed]);
    for (const { ddp } of [one, two]) await ddp.close();
  });

  test("the changes of a document come in the order of commits to every server", async () => {
    const servers = [serve(), serve()];
    await servers[0]?.tasks.insert({ _id: "a", list: "x" });
    const peers = await Promise.all(servers.map(({ ddp }) => subscribe(ddp)));
    for (let call = 0; call < 25; call++) {
      for (const peer of peers) {
        const [method, params] = call % 5 === 0 ? ["bumpAll", []] : ["bump", ["a"]];
        peer.send({ msg: "method", id: String(call), method, params });
      }
    }
    for (const peer of peers) {
      const seen: Json[] = [];
      while (seen.filter(({ msg }) => msg === "result").length < 25) seen.push(await peer.take());
      const ownWrites = seen.filter(({ msg }) => msg === "updated").length;
      expect(ownWrites).toBe(25);
    }
    for (const { database } of servers) await database.barrier();
    const versions = await Promise.all(servers.map(({ tasks }) => tasks.findOne("a")));
    expect(versions.map((task) => task?.version)).toEqual([60, 60]);
    for (const { ddp } of servers) await ddp.close();
  });

  test("a write that the method doesn't wait for counts for its `updated` too", async () => {
    const { ddp, tasks } = serve();
    await tasks.insert({ _id: "a", list: "x" });
    const peer = await subscribe(ddp);
    peer.send({ msg: "method", id: "1", method: "bumpInPassing", params: ["a"] });
    const seen = await peer.takeAll(3);
    const order = seen.map(({ msg }) => msg).filter((msg) => msg !== "result");
    expect(order).toEqual(["changed", "updated"]);
    await ddp.close();
  });

  test("after a lost connection everything is read again, and what others wrote meanwhile is seen", async () => {
    const clock = new FakeClock();
    const database = fixture.open({ clock });
    const tasks = database.collection<Task>("tasks");
    for (const id of ["a", "b"]) await tasks.insert({ _id: id, list: "x" });
    const [all, one] = [new Recorder(), new Recorder()];
    await tasks.find().observe(all);
    await tasks.find("b").observe(one);
    await fixture.outside.query(CUT);
    await until(() => fixture.logger.lines.some((line) => line.includes("next try")), "a loss");
    await fixture.outside.query("DELETE FROM tasks WHERE id = 'a'");
    await fixture.outside.query("UPDATE tasks SET version = 3");
    const barrier = database.barrier();
    expect(await isPending(barrier)).toBe(true);
    await clock.advanceAsync(500);
    await barrier;
    for (const seen of [all, one]) {
      expect([...seen.documents]).toEqual([["b", { list: "x", version: 3 }]]);
      expect(seen.mistakes).toEqual([]);
    }
    await tasks.update("b", { version: 4 });
    await database.barrier();
    expect(one.log.at(-1)).toEqual(["changed", "b", { version: 4 }]);
    await database.close();
    expect(clock.timers).toBe(0);
  });

  test("a server that crashes and comes back breaks nothing", async () => {
    const database = fixture.open();
    const tasks = database.collection<Task>("tasks");
    await tasks.insert({ _id: "a", list: "x" });
    const seen = new Recorder();
    await tasks.find().observe(seen);
    const writing = tasks.update("a", { version: 1 }).catch(() => {});
    const barrier = database.barrier();
    fixture.server.crash();
    fixture.server.resume();
    await Promise.all([writing, barrier]);
    await tasks.update("a", { version: 2 });
    await database.barrier();
    expect([...seen.documents]).toEqual([["a", { list: "x", version: 2 }]]);
    expect(seen.log.map(([kind]) => kind)).not.toContain("failed");
  });

  test("random writes by several: each live query ends as a SELECT says, and no document goes back", async () => {
    const [one, two] = [fixture.open(), fixture.open()];
    const write = fc.record({
      by: fc.constantFrom("one", "two", "outside"),
      id: fc.constantFrom("a", "b", "c", "d", "e"),
      what: fc.constantFrom("insert", "bump", "move", "remove", "several"),
      list: fc.constantFrom("x", "y"),
    });
    const runs = fc.asyncProperty(
      fc.array(write, { minLength: 5, maxLength: 40 }),
      async (writes) => {
        await fixture.outside.query("TRUNCATE tasks");
        const watched = [one, two].flatMap((database) => {
          const tasks = database.collection<Task>("tasks");
          const lowest = { orderBy: sql`version`, limit: 2 };
          return [
            tasks.find(sql`list = ${"x"}`),
            tasks.find(sql`list = ${"y"}`),
            tasks.find(),
            tasks.find("a"),
            tasks.find(undefined, lowest),
          ].map((cursor) => ({ cursor, seen: new Growing() }));
        });
        const handles = await Promise.all(watched.map(({ cursor, seen }) => cursor.observe(seen)));
        await Promise.all(writes.map((each) => apply(each, { one, two })));
        await Promise.all([one.barrier(), two.barrier()]);
        for (const { cursor, seen } of watched) {
          const documents = await cursor.fetch();
          const expected = documents.map(({ _id, ...fields }) => [_id, fields] as const);
          expect(new Map(seen.documents)).toEqual(new Map(expected));
          expect(seen.mistakes).toEqual([]);
        }
        for (const handle of handles) handle.stop();
      },
    );
    await fc.assert(runs, { numRuns: 25 });
  });

  async function apply(
    { by, id, what, list }: { by: string; id: string; what: string; list: string },
    databases: Readonly<Record<string, PostgresDatabase>>,
  ): Promise<void> {
    // (Versions come of one sequence, so that they grow even for a document that is removed and inserted again: that nobody removes it
    // after an insert has drawn its version is what the lock is for.)
    const lock = "(SELECT pg_advisory_xact_lock(7) OFFSET 0) AS lock";
    const next = "nextval('versions')::int";
    const statements: Readonly<Record<string, string>> = {
      insert: `INSERT INTO tasks SELECT '${id}', '${list}', ${next} FROM ${lock} ON CONFLICT DO NOTHING`,
      bump: `UPDATE tasks SET version = ${next} WHERE id = '${id}'`,
      move: `UPDATE tasks SET list = '${list}', version = ${next} WHERE id = '${id}'`,
      remove: `DELETE FROM tasks USING ${lock} WHERE id = '${id}'`,
      several: `UPDATE tasks SET version = ${next} WHERE list = '${list}'`,
    };
    const statement = statements[what] as string;
    const database = databases[by];
    if (database) {
      const template = Object.assign([statement], { raw: [statement] });
      await database.query(sql(template)).catch(ignoreDeadlock);
    } else await fixture.outside.query(statement).catch(ignoreDeadlock);
  }

  beforeEach(async () => {
    await fixture.outside.query("CREATE SEQUENCE IF NOT EXISTS versions");
  });
});

function ignoreDeadlock(error: unknown): void {
  if ((error as { code?: unknown }).code !== "40P01") throw error;
}

/** Notices versions that go back. */
class Growing extends Recorder {
  constructor() {
    const last = new Map<unknown, number>();
    super(([kind, id, fields]) => {
      const { version } = (fields ?? {}) as { version?: number };
      if (kind === "removed" || kind === "failed" || version === undefined) return;
      if (version < (last.get(id) ?? -1)) this.mistakes.push(`${String(id)} went back`);
      last.set(id, version);
    });
  }
}
