import * as bcrypt from "bcryptjs";
import { describe, expect, test } from "vitest";
import { DdpError } from "../../../../../src/ddp/server/index.ts";
import { HashQueue } from "../../../../../src/ddp/server/accounts/hash-queue.ts";
import { Passwords } from "../../../../../src/ddp/server/accounts/passwords.ts";
import { rejection, turns } from "../../../../support/turns.ts";
import { pencil } from "./fixture.ts";

test("whoever has no password costs as much work as somebody with one", async () => {
  const compared: string[] = [];
  const passwords = new Passwords(5, async () => ({
    ...bcrypt,
    compare(text, hash) {
      compared.push(hash);
      return bcrypt.compare(text, hash);
    },
  }));
  const stored = await passwords.hash(pencil.digest);
  expect(await passwords.matches(pencil.digest, stored)).toBe(true);
  expect(await passwords.matches(pencil.digest, undefined)).toBe(false);
  // (What it is compared with instead matches the empty digest, which nobody can send.)
  expect(await passwords.matches("", undefined)).toBe(false);
  expect(compared.map((hash) => hash.slice(0, 7))).toEqual(Array(3).fill(stored.slice(0, 7)));
});

test("what is stored, and can't be compared with, matches nothing", async () => {
  expect(await new Passwords(4).matches(pencil.digest, "nonsense")).toBe(false);
});

describe("the queue", () => {
  test("runs two at once, the others in order, and refuses what is too much", async () => {
    const queue = new HashQueue();
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const run = (n: number): Promise<number> =>
      queue.run(async () => {
        begun.push(n);
        await new Promise<void>((resolve) => ends.push(resolve));
        return n;
      });
    const all = Array.from({ length: 102 }, (_, n) => run(n));
    const refused = await rejection(run(102));
    expect(refused).toBeInstanceOf(DdpError);
    expect(refused).toMatchObject({ error: "too-many-requests" });
    expect(begun).toEqual([0, 1]);
    for (let done = 0; done < all.length; done++) {
      ends.shift()?.();
      await turns();
    }
    expect(await Promise.all(all)).toEqual(begun);
    expect(await queue.run(async () => "free again")).toBe("free again");
  });

  test("goes on after what fails", async () => {
    const queue = new HashQueue();
    const failing = Array.from({ length: 5 }, () =>
      rejection(queue.run(() => Promise.reject(new Error("no")))),
    );
    expect(await Promise.all(failing)).toHaveLength(5);
    expect(await queue.run(async () => 1)).toBe(1);
  });
});
