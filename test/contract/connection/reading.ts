/**
 * One reader at a time, which may stop and go on in any way, and no message is lost by it.
 *
 * @module
 */

import { expect } from "vitest";
import type { Message } from "../../../src/connection/transport.ts";
import { ClosedError, StateError, TimeoutError } from "../../../src/errors.ts";
import { isPending, rejection, turns } from "../../support/turns.ts";
import { bytes, expectSame, receive, still } from "./harness.ts";
import type { Contract } from "./harness.ts";

export function readingContract(contract: Contract): void {
  receiving(contract);
  iterating(contract);
  forEach(contract);
}

function receiving(contract: Contract): void {
  contract.promises("an aborted recv loses no message", async (open) => {
    const { near, far } = await open();
    const reason = new Error("enough");
    const controller = new AbortController();
    const waiting = near.recv({ signal: controller.signal });
    void far.send("1");
    controller.abort(reason);
    expect(await rejection(waiting)).toBe(reason);
    expect(await near.recv()).toBe("1");
    expect(await rejection(near.recv({ signal: controller.signal }))).toBe(reason);
    void far.send("2");
    expect(await near.recv({ signal: new AbortController().signal })).toBe("2");
  });

  contract.promises("a recv that times out loses no message", async (open) => {
    const { clock, ...options } = still();
    const { near, far } = await open({ ...options, clock });
    const timers = clock.timers;
    const waiting = near.recv({ timeout: 100 });
    clock.advance(99);
    expect(await isPending(waiting)).toBe(true);
    clock.advance(1);
    const error = await rejection(waiting);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ code: "ERR_TIMEOUT", timeout: 100 });
    void far.send("1");
    expect(await near.recv({ timeout: 100 })).toBe("1");
    expect(clock.timers).toBe(timers);
  });

  contract.promises(
    "a second reader is refused, and the first one gets its message",
    async (open) => {
      const { near, far } = await open();
      const first = near.recv();
      for (const second of [
        near.recv(),
        near.forEach(() => {}),
        near[Symbol.asyncIterator]().next(),
        near.recvStream().next(),
      ]) {
        expect(await rejection(second)).toBeInstanceOf(StateError);
      }
      await far.send("1");
      expect(await first).toBe("1");
      const loop = near.forEach(() => {});
      expect(await rejection(near.recv())).toBeInstanceOf(StateError);
      await far.close();
      await loop;
    },
  );

  contract.promises("messages can be received after the close, then recv rejects", async (open) => {
    const { near, far } = await open();
    for (const text of ["1", "2", "3"]) await far.send(text);
    await far.close(3001, "why");
    await near.closed;
    expect(await receive(near, 3)).toEqual(["1", "2", "3"]);
    for (let again = 0; again < 2; again++) {
      const error = await rejection(near.recv());
      expect(error).toBeInstanceOf(ClosedError);
      expect(error).toMatchObject({ code: "ERR_CLOSED", closeCode: 3001, reason: "why" });
    }
    expect(await rejection(near.recvStream().next())).toBeInstanceOf(ClosedError);
  });

  contract.promises("messages on the way can be received while closing", async (open) => {
    const { near, far } = await open();
    for (const text of ["1", "2", "3"]) void far.send(text);
    const closed = near.close();
    expect(near.state).toBe("closing");
    expect(await receive(near, 3)).toEqual(["1", "2", "3"]);
    expect(await closed).toMatchObject({ code: 1000, wasClean: true });
    await expect(near.recv()).rejects.toThrow(ClosedError);
  });

  contract.promises("recv rejects after a normal close too", async (open) => {
    const { near, far } = await open();
    const waiting = near.recv();
    await far.close();
    await expect(waiting).rejects.toThrow(ClosedError);
  });
}

function iterating(contract: Contract): void {
  contract.promises("iteration ends quietly after 1000", async (open) => {
    const { near, far } = await open();
    for (const text of ["1", "2"]) await far.send(text);
    void far.close(1000);
    const received: Message[] = [];
    for await (const message of near) received.push(message);
    expect(received).toEqual(["1", "2"]);
    for await (const _ of near) expect.unreachable();
  });

  contract.promises("iteration ends quietly after 1001", async (open) => {
    const { near, far } = await open();
    void far.close(1001);
    for await (const _ of near) expect.unreachable();
    expect(await near.closed).toMatchObject({ code: 1001 });
  });

  contract.promises("iteration throws after any other close", async (open) => {
    for (const code of [1011, 3000, 4999]) {
      const { near, far } = await open();
      await far.send("1");
      void far.close(code);
      const iterator = near[Symbol.asyncIterator]();
      expect(await iterator.next()).toEqual({ done: false, value: "1" });
      expect(await rejection(iterator.next())).toMatchObject({ closeCode: code });
    }
  });

  contract.promises("iteration throws when the connection breaks off", async (open) => {
    const { near, far } = await open();
    const next = near[Symbol.asyncIterator]().next();
    far.terminate();
    expect(await rejection(next)).toMatchObject({ closeCode: 1006, wasClean: false });
  });

  contract.promises("leaving a loop closes nothing, and the next reader goes on", async (open) => {
    const { near, far } = await open();
    for (const text of ["1", "2", "3", "4", "5"]) await far.send(text);
    for await (const message of near) {
      expect(message).toBe("1");
      break;
    }
    for await (const message of near) {
      expect(message).toBe("2");
      break;
    }
    expect(await near.recv()).toBe("3");
    for await (const message of near) {
      expect(message).toBe("4");
      break;
    }
    expect(near.state).toBe("open");
    expect(await near.recv()).toBe("5");
  });
}

function forEach(contract: Contract): void {
  contract.promises("forEach with borrow gets every message as it was sent", async (open) => {
    const { near, far } = await open();
    const sent: Message[] = [
      "text",
      ...[0, 1, 60, 65, 200, 70_000, 300_000].map((size) => bytes(size, size)),
    ];
    const received: Message[] = [];
    const loop = near.forEach(
      (message) => {
        received.push(typeof message === "string" ? message : Uint8Array.from(message));
        if (received.length === sent.length * 2) void near.close();
      },
      { borrow: true },
    );
    for (const message of [...sent, ...sent]) await far.send(message);
    await loop;
    expectSame(received, [...sent, ...sent]);
  });

  contract.promises(
    "what a forEach with borrow leaves is the next reader's to keep",
    async (open) => {
      const { near, far } = await open();
      const sent = Array.from({ length: 40 }, (_, index) => bytes(100, index));
      for (const message of sent.slice(0, 20)) void far.send(message);
      let count = 0;
      const loop = near.forEach(
        () => {
          if (++count === 5) throw new Error("enough");
        },
        { borrow: true },
      );
      await rejection(loop);
      const kept = await receive(near, 15);
      for (const message of sent.slice(20)) await far.send(message);
      expectSame([...kept, ...(await receive(near, 20))], sent.slice(5));
    },
  );

  contract.promises(
    "a forEach that takes over from one with borrow keeps its messages",
    async (open) => {
      const { near, far } = await open();
      const kept: Message[] = [];
      const done = (async () => {
        const left = near.forEach(
          () => {
            throw new Error("enough");
          },
          { borrow: true },
        );
        await rejection(left);
        await near.forEach((message) => {
          kept.push(message);
          if (kept.length === 30) void near.close();
        });
      })();
      const sent = Array.from({ length: 31 }, (_, index) => bytes(100, index));
      for (const message of sent) await far.send(message);
      await done;
      expectSame(kept, sent.slice(1));
    },
  );

  contract.promises("forEach waits for each promise before the next message", async (open) => {
    const { near, far } = await open();
    const log: string[] = [];
    const loop = near.forEach(async (message) => {
      log.push(`begin ${String(message)}`);
      await turns(3);
      log.push(`end ${String(message)}`);
    });
    for (const text of ["1", "2", "3"]) await far.send(text);
    await far.close();
    await loop;
    expect(log).toEqual(["begin 1", "end 1", "begin 2", "end 2", "begin 3", "end 3"]);
  });

  contract.promises("forEach takes what waits and what comes, in order", async (open) => {
    const { near, far } = await open();
    const expected = Array.from({ length: 300 }, (_, index) => `${index}`);
    for (const text of expected.slice(0, 100)) await far.send(text);
    await turns(5);
    const received: Message[] = [];
    // Some take their time, others don't.
    const loop = near.forEach((message) => {
      received.push(message);
      return Number(message) % 7 === 0 ? turns() : undefined;
    });
    for (const text of expected.slice(100)) await far.send(text);
    await far.close();
    await loop;
    expect(received).toEqual(expected);
  });

  contract.promises(
    "forEach rejects with what its function threw, and others go on",
    async (open) => {
      const { near, far } = await open();
      const broken = new Error("broken");
      for (const text of ["1", "2", "3", "4"]) await far.send(text);
      const thrown = near.forEach(() => {
        throw broken;
      });
      expect(await rejection(thrown)).toBe(broken);
      const rejected = near.forEach(() => turns().then(() => Promise.reject(broken)));
      expect(await rejection(rejected)).toBe(broken);
      expect(near.state).toBe("open");
      expect(await receive(near, 2)).toEqual(["3", "4"]);
    },
  );

  contract.promises(
    "forEach resolves after a normal close and rejects after another",
    async (open) => {
      for (const [code, isNormal] of [
        [1000, true],
        [3000, false],
      ] as const) {
        const { near, far } = await open();
        const received: Message[] = [];
        const loop = near.forEach((message) => void received.push(message));
        await far.send("1");
        void far.close(code);
        if (isNormal) await loop;
        else expect(await rejection(loop)).toMatchObject({ closeCode: code });
        expect(received).toEqual(["1"]);
      }
    },
  );

  contract.promises("forEach deals with what waits after the close", async (open) => {
    const { near, far } = await open();
    for (const text of ["1", "2"]) await far.send(text);
    await far.close();
    await near.closed;
    const received: Message[] = [];
    await near.forEach(async (message) => void received.push(message));
    expect(received).toEqual(["1", "2"]);
  });

  contract.promises("forEach may close the connection that it reads from", async (open) => {
    const { near, far } = await open();
    for (const text of ["1", "2", "3"]) await far.send(text);
    await turns(5);
    const received: Message[] = [];
    await near.forEach((message) => {
      received.push(message);
      if (message === "2") void near.close();
    });
    expect(received).toEqual(["1", "2", "3"]);
  });
}
