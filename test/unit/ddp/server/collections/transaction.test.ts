import { expect, test } from "vitest";
import { createDdp, DdpError, memoryDatabase } from "../../../../../src/ddp/server/index.ts";
import type {
  Document,
  MemoryCollection,
  MemoryDatabase,
} from "../../../../../src/ddp/server/index.ts";
import { Deferred } from "../../../../../src/util/deferred.ts";
import { DdpPeer } from "../../../../support/ddp-peer.ts";
import { Recorder } from "../../../../support/recorder.ts";
import { isPending, rejection, turns } from "../../../../support/turns.ts";

interface Account extends Document {
  readonly _id: string;
  readonly balance: number;
  readonly x?: number;
}

interface Bank {
  readonly database: MemoryDatabase;
  readonly accounts: MemoryCollection<Account>;
  readonly log: MemoryCollection;
}

async function bank(): Promise<Bank> {
  const database = memoryDatabase();
  const accounts = database.collection<Account>("accounts");
  await accounts.insert({ _id: "a", balance: 10 });
  await accounts.insert({ _id: "b", balance: 0 });
  return { database, accounts, log: database.collection("log") };
}

async function transfer({ accounts, log }: Bank, amount: number): Promise<void> {
  await accounts.update("a", { $inc: { balance: -amount } });
  await log.insert({ _id: `transfer ${amount}` });
  await accounts.update("b", { $inc: { balance: amount } });
  const { balance } = (await accounts.findOne("a")) as Account;
  if (balance < 0) throw new DdpError("too-much");
}

async function balances({ accounts }: Bank): Promise<number[]> {
  const documents = await accounts.find({}, { sort: { _id: 1 } }).fetch();
  return documents.map(({ balance }) => balance);
}

test("a transaction writes several collections", async () => {
  const at = await bank();
  const result = await at.database.transaction(async () => {
    await transfer(at, 3);
    return balances(at);
  });
  expect(result).toEqual([7, 3]);
  expect(await balances(at)).toEqual([7, 3]);
  expect(await at.log.find().count()).toBe(1);
});

test("nothing is written when it throws", async () => {
  const at = await bank();
  const seen = new Recorder();
  await at.accounts.find().observe(seen);
  seen.take();
  const failed = at.database.transaction(() => transfer(at, 11));
  expect(await rejection(failed)).toMatchObject({ error: "too-much" });
  const thrown = at.database.transaction(() => {
    void at.log.insert({});
    throw new Error("at once");
  });
  expect(await rejection(thrown)).toEqual(new Error("at once"));
  expect(await balances(at)).toEqual([10, 0]);
  expect(await at.log.find().count()).toBe(0);
  expect(seen.log).toEqual([]);
  await at.accounts.update("a", { $inc: { balance: 1 } });
  expect(await balances(at)).toEqual([11, 0]);
});

test("others see nothing before the commit, and live queries hear of everything at once", async () => {
  const at = await bank();
  const seen = new Recorder(() => counts.push(logged.documents.size));
  const logged = new Recorder();
  const counts: number[] = [];
  await at.log.find().observe(logged);
  await at.accounts.find().observe(seen);
  seen.take();
  counts.splice(0);
  const [isWritten, mayEnd] = [new Deferred<void>(), new Deferred<void>()];
  const transaction = at.database.transaction(async () => {
    for (let time = 0; time < 3; time++) await transfer(at, time);
    isWritten.resolve();
    await mayEnd.promise;
  });
  await isWritten.promise;
  expect(await balances(at)).toEqual([10, 0]);
  expect(await at.log.find().count()).toBe(0);
  expect(seen.log).toEqual([]);
  const late = new Recorder();
  await at.accounts.find().observe(late);
  expect(late.documents.get("a")).toEqual({ balance: 10 });
  mayEnd.resolve();
  await transaction;
  const changes = [
    ["changed", "a", { balance: 7 }],
    ["changed", "b", { balance: 3 }],
  ];
  expect(seen.log).toEqual(changes);
  expect(late.log.slice(2)).toEqual(changes);
  expect(logged.documents.size).toBe(3);
});

test("whoever is told of one collection finds the others committed too", async () => {
  const at = await bank();
  const found: Promise<number>[] = [];
  await at.accounts.find().observeChanges({
    changed: () => void found.push(at.log.find().count()),
  });
  await at.database.transaction(() => transfer(at, 1));
  expect(await Promise.all(found)).toEqual([1, 1]);
});

test("others' writes wait, in their order, and reads don't", async () => {
  const at = await bank();
  const mayEnd = new Deferred<void>();
  const order: string[] = [];
  const transaction = at.database.transaction(async () => {
    await transfer(at, 5);
    await mayEnd.promise;
    order.push("transaction");
  });
  const other = at.accounts
    .update("a", { $inc: { balance: 100 } })
    .then(() => order.push("update"));
  const second = at.database
    .transaction(async () => transfer(at, 100))
    .then(() => order.push("second"));
  const last = at.accounts.insert({ _id: "c", balance: 1 }).then(() => order.push("insert"));
  expect(await isPending(other)).toBe(true);
  expect(await balances(at)).toEqual([10, 0]);
  mayEnd.resolve();
  await Promise.all([transaction, other, second, last]);
  expect(order).toEqual(["transaction", "update", "second", "insert"]);
  expect(await balances(at)).toEqual([5, 105, 1]);
});

test("what is given to a write that waits is what is written", async () => {
  const at = await bank();
  const mayEnd = new Deferred<void>();
  const transaction = at.database.transaction(() => mayEnd.promise);
  const document = { _id: "c", balance: 1 };
  const inserted = at.accounts.insert(document);
  document.balance = 2;
  mayEnd.resolve();
  await Promise.all([transaction, inserted]);
  expect(await at.accounts.findOne("c")).toEqual({ _id: "c", balance: 1 });
});

test("it sees its own writes in every query", async () => {
  const { database, accounts } = await bank();
  await database.transaction(async () => {
    await accounts.insert({ _id: "c", balance: 5 });
    await accounts.update("b", { $set: { balance: 20 } });
    await accounts.remove("a");
    const richest = { sort: { balance: -1 }, limit: 1 } as const;
    expect(await accounts.find({}, richest).fetch()).toEqual([{ _id: "b", balance: 20 }]);
    expect(await accounts.find({ balance: { $lt: 20 } }).fetch()).toEqual([
      { _id: "c", balance: 5 },
    ]);
    expect(await accounts.findOne("a")).toBeUndefined();
    expect(await accounts.find({ balance: 10 }).count()).toBe(0);
    expect(await accounts.update({}, { $inc: { balance: 1 } }, { multi: true })).toEqual({
      count: 2,
    });
    await accounts.insert({ _id: "a", balance: 0 });
    expect(await accounts.find().count()).toBe(3);
  });
  const all = await accounts.find({}, { sort: { _id: 1 } }).fetch();
  expect(all.map(({ balance }) => balance)).toEqual([0, 21, 6]);
});

test("an id that is taken is taken in a transaction too, until it is removed there", async () => {
  const { database, accounts } = await bank();
  await database.transaction(async () => {
    const taken = await rejection(accounts.insert({ _id: "a", balance: 1 }));
    expect(taken).toMatchObject({ error: 409 });
    // (This one isn't found by its selector, and is there.)
    const upsert = accounts.update({ _id: "a", balance: 99 }, { $set: { x: 1 } }, { upsert: true });
    expect(await rejection(upsert)).toMatchObject({ error: 409 });
    await accounts.remove("a");
    await accounts.insert({ _id: "a", balance: 1 });
    expect(await rejection(accounts.insert({ _id: "a", balance: 2 }))).toMatchObject({
      error: 409,
    });
  });
  expect(await accounts.findOne("a")).toEqual({ _id: "a", balance: 1 });
});

test("a transaction in a transaction is part of it", async () => {
  const at = await bank();
  const outer = at.database.transaction(async () => {
    await at.database.transaction(() => transfer(at, 4));
    expect(await balances(at)).toEqual([6, 4]);
    throw new Error("after all");
  });
  expect(await rejection(outer)).toEqual(new Error("after all"));
  expect(await balances(at)).toEqual([10, 0]);
});

test("transactions of two databases know nothing of each other", async () => {
  const [one, two] = [await bank(), await bank()];
  const failed = one.database.transaction(async () => {
    await two.database.transaction(() => transfer(two, 4));
    await transfer(one, 11);
  });
  expect(await rejection(failed)).toMatchObject({ error: "too-much" });
  expect(await balances(one)).toEqual([10, 0]);
  expect(await balances(two)).toEqual([6, 4]);
});

test("what a transaction has left running writes for itself afterwards", async () => {
  const at = await bank();
  const goOn = new Deferred<void>();
  let later: Promise<unknown> | undefined;
  await at.database.transaction(async () => {
    later = goOn.promise.then(() => at.accounts.insert({ _id: "c", balance: 1 }));
  });
  goOn.resolve();
  await later;
  expect(await balances(at)).toEqual([10, 0, 1]);
});

test("a method is updated after its transaction's data, and also if it doesn't wait for it", async () => {
  const ddp = createDdp();
  const at = await bank();
  const mayEnd = new Deferred<void>();
  ddp.publish("accounts", () => at.accounts.find({ _id: "a" }));
  ddp.methods({
    transfer: () => {
      void at.database.transaction(async () => {
        await transfer(at, 1);
        await mayEnd.promise;
      });
    },
  });
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "sub", id: "s", name: "accounts" });
  await peer.takeAll(2);
  peer.send({ msg: "method", id: "1", method: "transfer" });
  expect(await peer.take()).toEqual({ msg: "result", id: "1" });
  expect(await peer.rest()).toEqual([]);
  mayEnd.resolve();
  expect(await peer.takeAll(2)).toEqual([
    { msg: "changed", collection: "accounts", id: "a", fields: { balance: 9 } },
    { msg: "updated", methods: ["1"] },
  ]);
});

test("many transactions at once: nothing is lost", async () => {
  const at = await bank();
  const results = await Promise.all(
    Array.from({ length: 50 }, (_, n) =>
      at.database
        .transaction(async () => {
          await turns();
          await transfer(at, n % 3);
        })
        .catch(() => "too much"),
    ),
  );
  expect(results).toContain("too much");
  const [a, b] = (await balances(at)) as [number, number];
  expect(a + b).toBe(10);
  expect(a).toBeGreaterThanOrEqual(0);
});
