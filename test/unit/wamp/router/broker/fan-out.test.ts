import { expect, test } from "vitest";
import { LimitError } from "../../../../../src/errors.ts";
import { makeRealm, TestSession } from "../../../../support/wamp-session.ts";

test("an event too long for one peer reaches the others, also those with the same serializer", () => {
  const realm = makeRealm();
  const small = new TestSession(realm);
  const others = [new TestSession(realm), new TestSession(realm)];
  const publisher = new TestSession(realm);
  small.refuses = ([type]) => (type === 36 ? new LimitError("a long message", 512) : undefined);
  for (const session of [small, ...others]) session.send([32, session.next(), {}, "com.topic"]);
  for (const session of [small, ...others]) session.take();
  publisher.send([16, publisher.next(), {}, "com.topic", ["long"]]);
  for (const session of others)
    expect(session.take()).toMatchObject([[36, 1, expect.any(Number), {}, ["long"]]]);
  expect(small.take()).toEqual([]);
  expect(realm.stats).toMatchObject({ events: 2, dropped: 1 });
});
