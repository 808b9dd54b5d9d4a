import { expect, test } from "vitest";
import { ObjectId } from "../../../../src/ddp/protocol/object-id.ts";
import { RandomStreams } from "../../../../src/ddp/protocol/random/random-stream.ts";
import { WriteFence } from "../../../../src/ddp/server/methods/write-fence.ts";
import {
  Ambient,
  bindScope,
  currentScope,
  holdUpdated,
  newDocumentId,
  recordWrite,
  runInScope,
} from "../../../../src/ddp/server/scope.ts";
import type { Scope } from "../../../../src/ddp/server/scope.ts";
import { isPending, turns } from "../../../support/turns.ts";

function method(seed?: string): Scope & { fence: WriteFence } {
  return {
    connection: null,
    userId: null,
    streams: new RandomStreams(seed),
    fence: new WriteFence(() => {}),
    setUserId: undefined,
  };
}

test("what a method's code writes belongs to it, however deep and however late", async () => {
  const scope = method();
  let barriers = 0;
  const source = {
    async barrier() {
      barriers++;
    },
  };
  let release = (): void => {};
  const done = runInScope(scope, async () => {
    release = holdUpdated();
    await turns();
    expect(currentScope()).toBe(scope);
    recordWrite(source);
  });
  expect(currentScope()).toBeUndefined();
  await done;
  const fired = scope.fence.arm();
  expect(await isPending(fired)).toBe(true);
  release();
  release();
  await fired;
  expect(barriers).toBe(1);
  recordWrite(source);
  expect(barriers).toBe(1);
});

test("ids come from the method's streams, by collection; elsewhere from nobody's", () => {
  const scope = method("3ba0d8b2a1c9e4f5d6a7");
  const ids = runInScope(scope, () => [
    newDocumentId("todos", "STRING"),
    newDocumentId("other", "STRING"),
    newDocumentId("todos", "STRING"),
  ]);
  expect([ids[0], ids[2]]).toEqual(["hXrwKFLbKm8jdqR9A", "2TKBvKfEDJC94Fb4f"]);
  const again = method("3ba0d8b2a1c9e4f5d6a7");
  const id = runInScope(again, () => newDocumentId("todos", "MONGO"));
  expect(id).toEqual(new ObjectId("a7df53595c1b9d6220752e5a"));
  expect(newDocumentId("todos", "STRING")).not.toBe(newDocumentId("todos", "STRING"));
});

test("a function that is bound runs where it was bound", () => {
  const bound: unknown[] = [];
  const inner = method();
  const outside = bindScope(() => void bound.push(currentScope()));
  const inside = runInScope(inner, () => bindScope(() => void bound.push(currentScope())));
  runInScope(method(), outside);
  inside();
  expect(bound).toEqual([undefined, inner]);
});

test("ambient values are known further in, each on its own, and nowhere else", async () => {
  const [name, size] = [new Ambient<string>(), new Ambient<number>()];
  await name.run("a", async () => {
    await size.run(1, async () => {
      await turns();
      expect([name.current, size.current]).toEqual(["a", 1]);
      name.run("b", () => expect([name.current, size.current]).toEqual(["b", 1]));
      expect(name.current).toBe("a");
    });
    expect(size.current).toBeUndefined();
  });
  expect(name.current).toBeUndefined();
});
