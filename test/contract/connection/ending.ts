/**
 * When a connection has ended, nothing is left of it: no promise, no timer, no rejection that nobody handles.
 *
 * @module
 */

import { expect } from "vitest";
import type { Connection } from "../../../src/connection/connection.ts";
import { ClosedError } from "../../../src/errors.ts";
import { FakeClock } from "../../../src/testing/fake-clock.ts";
import { rejection, turns, unhandledRejections } from "../../support/turns.ts";
import { bytes, chunk, fill, receiveAll, still } from "./harness.ts";
import type { Contract, Ends } from "./harness.ts";

type End = (ends: Ends, clock: FakeClock) => void;

/** The ways in which a connection can end. */
const ENDS: readonly (readonly [string, End])[] = [
  ["the peer breaks off", ({ far }) => far.terminate()],
  ["this side breaks off", ({ near }) => near.terminate()],
  ["the peer closes", ({ far }) => void far.close(3000)],
  ["this side closes", ({ near }) => void near.close()],
];

export function endingContract(contract: Contract): void {
  signals(contract);
  settling(contract);
  rejections(contract);
  timers(contract);
}

function signals(contract: Contract): void {
  contract.promises(
    "the signal is aborted with the end, however late it is asked for",
    async (open) => {
      const { near, far } = await open();
      const { signal } = near;
      expect(signal.aborted).toBe(false);
      expect(near.signal).toBe(signal);
      const stateThen = new Promise((resolve) => {
        signal.addEventListener("abort", () => resolve(near.state));
      });
      void near.close(3000, "why");
      expect(signal.aborted).toBe(false);
      expect(await stateThen).toBe("closed");
      expect(signal.reason).toBeInstanceOf(ClosedError);
      expect(signal.reason).toMatchObject({ closeCode: 3000, reason: "why", initiator: "local" });
      await far.closed;
      expect(far.signal.aborted).toBe(true);
      expect(far.signal.reason).toMatchObject({ closeCode: 3000, initiator: "remote" });
    },
  );

  contract.promises(
    "closed resolves on both sides, and is the same promise each time",
    async (open) => {
      const { near, far } = await open();
      expect(near.closed).toBe(near.closed);
      void far.close();
      expect(Object.keys(await near.closed)).toEqual(
        expect.arrayContaining(["code", "reason", "wasClean", "initiator"]),
      );
      expect(await far.closed).toMatchObject({ code: 1000 });
    },
  );
}

function settling(contract: Contract): void {
  for (const [name, end] of ENDS) {
    contract.promises(`every promise settles when ${name}`, async (open) => {
      const { clock, ...options } = still();
      const ends = await open({ ...options, clock });
      const { near, far } = ends;
      const { blocked } = await fill(near, chunk);
      const all = [blocked, ...everything(near), ...everything(far)];
      end(ends, clock);
      await turns(10);
      // Neither side reads what the other one sent, so that a handshake needs its deadline.
      clock.advance(10_000);
      await turns(10);
      // A connection that is full doesn't see the end before it is read.
      void receiveAll(near);
      void receiveAll(far);
      const settled = await Promise.allSettled([...all, near.closed, far.closed]);
      expect(settled.length).toBeGreaterThan(10);
      expect([near.state, far.state]).toEqual(["closed", "closed"]);
    });
  }
}

/** All that can be waited for, at the same time: only `recv` has the inbox. */
function everything(connection: Connection): Promise<unknown>[] {
  async function* slow(): AsyncGenerator<string> {
    yield "part";
    await new Promise(() => {});
  }
  return [
    connection.recv(),
    connection.ping().catch((error: unknown) => error),
    connection.send("text"),
    connection.send(bytes(300 * 1024)),
    connection.send(["in", "parts"]),
    connection.send(slow()),
    connection.send("after"),
    connection.send("keyed", { key: "a" }),
  ];
}

function rejections(contract: Contract): void {
  contract.promises("an end that nobody awaits is no unhandled rejection", async (open) => {
    const rejected = await unhandledRejections(async () => {
      for (const [, end] of ENDS) {
        for (const read of READERS) {
          const ends = await open({ maxSendQueue: 64 * 1024 });
          const { near, far } = ends;
          read(near);
          void receiveAll(far);
          void near.ping().catch(() => {});
          for (let index = 0; index < 10; index++) void near.send(bytes(10_000));
          void near.send(["in ", "parts"]);
          void near.send(bytes(300 * 1024));
          end(ends, new FakeClock());
          void near.send("late");
          void near.send(["late"]);
          near.terminate();
          await Promise.all([near.closed, far.closed]);
          void near.send("too late");
          void near[Symbol.asyncIterator]().next();
        }
      }
    });
    expect(rejected).toEqual([]);
  });

  contract.promises("pings that nobody awaits are no unhandled rejections", async (open) => {
    const rejected = await unhandledRejections(async () => {
      const { near, far } = await open({ keepalive: false });
      await fill(near, chunk);
      for (let index = 0; index < 300; index++) void near.ping();
      expect(await rejection(near.ping())).toMatchObject({ code: "ERR_LIMIT" });
      far.terminate();
      await near.closed;
      void near.ping();
    });
    expect(rejected).toEqual([]);
  });

  contract.promises(
    "what the function of forEach throws is the application's to handle",
    async (open) => {
      const broken = new Error("broken");
      const rejected = await unhandledRejections(async () => {
        const { near, far } = await open();
        await new Promise<void>((resolve) => {
          void near.forEach(() => {
            resolve();
            throw broken;
          });
          void far.send("1");
        });
      });
      expect(rejected).toEqual([broken]);
    },
  );
}

const READERS: readonly ((connection: Connection) => void)[] = [
  (connection) => void connection.recv(),
  (connection) => void connection.recv({ timeout: 1e9, signal: new AbortController().signal }),
  (connection) => void connection.forEach(() => {}),
  (connection) => void connection.forEach((message) => connection.send(message)),
  (connection) => void connection[Symbol.asyncIterator]().next(),
];

function timers(contract: Contract): void {
  for (const [name, end] of ENDS) {
    contract.promises(`no timer is left when ${name}`, async (open) => {
      const clock = new FakeClock();
      const ends = await open({ clock });
      const { near, far } = ends;
      void near.recv({ timeout: 60_000 });
      void far.recv({ timeout: 60_000 });
      for (let index = 0; index < 20; index++) void near.send(bytes(1_000));
      await turns(3);
      end(ends, clock);
      await Promise.all([near.closed, far.closed]);
      await turns(3);
      expect(clock.timers).toBe(0);
    });
  }
}
