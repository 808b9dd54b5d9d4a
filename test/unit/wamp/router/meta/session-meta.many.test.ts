import { expect, test } from "vitest";
import { makeRealm, TestSession } from "../../../../support/wamp-session.ts";

test("the roles that are asked for are looked through once, however many sessions there are", () => {
  const realm = makeRealm();
  const sessions = Array.from({ length: 20 }, () => new TestSession(realm, { authrole: "z" }));
  const [caller] = sessions as [TestSession];
  let looks = 0;
  const roles = new Proxy(["a", "b", "c", "z"], {
    get(target, name, receiver) {
      if (name === "0") looks++;
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
  caller.call("wamp.session.count", {}, [roles]);
  expect(caller.take()).toEqual([[50, 1, {}, [20]]]);
  expect(looks).toBeLessThan(5);
});
