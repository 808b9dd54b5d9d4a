import { expect, test } from "vitest";
import { Group } from "../../../src/server/group.ts";

test("an empty group is empty at once", async () => {
  await new Group().whenEmpty();
});

test("a group says when its last item has gone, each time", async () => {
  const group = new Group<number>();
  for (const round of [1, 2]) {
    const log: string[] = [];
    group.add(1);
    group.add(2);
    const emptied = group.whenEmpty().then(() => log.push("empty"));
    expect(group.whenEmpty()).toBe(group.whenEmpty());
    group.delete(1);
    group.delete(3);
    await Promise.resolve();
    expect(log, `round ${round}`).toEqual([]);
    expect([...group.items]).toEqual([2]);
    group.delete(2);
    await emptied;
    expect(log).toEqual(["empty"]);
  }
});
