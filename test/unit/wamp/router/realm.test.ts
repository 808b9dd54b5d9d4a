import { expect, test } from "vitest";
import type { Decision } from "../../../../src/wamp/router/authorization/authorizer.ts";
import { settled } from "../../../support/wamp-peer.ts";
import { makeRealm, TestSession } from "../../../support/wamp-session.ts";

const FAILED = "wamp.error.authorization_failed";

test.each([undefined, null, 5, "yes", {}, { allow: "yes" }])(
  "an authorizer that answers %j refuses, at once or later, and the session goes on",
  async (nonsense) => {
    const errors: unknown[] = [];
    const logger = { error: (...data: unknown[]) => errors.push(data), warn: () => {} };
    const answer = nonsense as unknown as Decision;
    const authorize = ({ uri }: { uri: string }): Decision | Promise<Decision> =>
      uri === "com.later" ? Promise.resolve(answer) : answer;
    const session = new TestSession(makeRealm({ logger }, { authorize }));
    session.send([32, session.next(), {}, "com.later"]);
    session.send([48, session.next(), {}, "com.call"]);
    session.send([48, session.next(), {}, "com.later"]);
    await settled();
    expect(session.take()).toEqual([
      [8, 32, 1, {}, FAILED],
      [8, 48, 2, {}, FAILED],
      [8, 48, 3, {}, FAILED],
    ]);
    expect(session.session.isOpen).toBe(true);
    expect(session.session.calls.size).toBe(0);
    expect(errors).toHaveLength(3);
  },
);
