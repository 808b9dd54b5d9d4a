import { expect, test } from "vitest";
import { LimitError } from "../../../../../src/errors.ts";
import { makeRealm, TestSession } from "../../../../support/wamp-session.ts";

const reason = "a long story";

test("a subscription is taken away from whom it can't be explained to", () => {
  const realm = makeRealm();
  const [small, admin] = [new TestSession(realm), new TestSession(realm)];
  small.send([32, small.next(), {}, "com.topic"]);
  expect(small.take()).toEqual([[33, 1, 1]]);
  small.refuses = ([type]) => (type === 35 ? new LimitError("a long message", 512) : undefined);
  admin.call("wamp.subscription.remove_subscriber", {}, [1, small.id, reason]);
  expect(admin.take()).toEqual([[50, 1, {}]]);
  expect(small.session.subscriptions.size).toBe(0);
  expect(small.take()).toEqual([]);
});

test("a registration too, and others are told of it", () => {
  const realm = makeRealm();
  const [small, admin] = [new TestSession(realm), new TestSession(realm)];
  const registration = small.register("com.work");
  admin.send([32, admin.next(), {}, "wamp.registration.on_delete"]);
  admin.take();
  small.refuses = ([type]) => (type === 67 ? new LimitError("a long message", 512) : undefined);
  admin.call("wamp.registration.remove_callee", {}, [registration, small.id, reason]);
  expect(admin.take()).toMatchObject([
    [36, 1, expect.any(Number), {}, [small.id, registration]],
    [50, 2, {}],
  ]);
  expect(small.session.registrations.size).toBe(0);
});
