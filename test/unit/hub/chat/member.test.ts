import { expect, test } from "vitest";
import { Member } from "../../../../src/hub/chat/member.ts";
import { FakePort, session } from "../support.ts";

test("a member is told something as one JSON object", () => {
  const port = new FakePort();
  new Member("Ada", session(), port).tell({ type: "welcome", name: "Ada" });
  expect(port.take()).toEqual([{ type: "welcome", name: "Ada" }]);
});
