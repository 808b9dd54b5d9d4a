import { expect, test } from "vitest";
import type { PreparedMessage } from "../../../../src/connection/prepared-message.ts";
import { broadcast } from "../../../../src/hub/chat/broadcast.ts";
import { Member } from "../../../../src/hub/chat/member.ts";
import { FakePort, session } from "../support.ts";

test("all members get the same message, made once", () => {
  const sent: unknown[] = [];
  const members = ["Ada", "Bob"].map((name) => {
    const port = new FakePort();
    port.send = (...parameters) => {
      sent.push(parameters);
      return Promise.resolve();
    };
    return new Member(name, session(), port);
  });
  broadcast(members, { type: "pong" }, { key: "x" });
  expect(sent).toHaveLength(2);
  const [[first, options], [second]] = sent as [[PreparedMessage, object], [PreparedMessage]];
  expect(first).toBe(second);
  expect(first.data).toBe('{"type":"pong"}');
  expect(first.text).toBe(true);
  expect(options).toEqual({ key: "x" });
});
