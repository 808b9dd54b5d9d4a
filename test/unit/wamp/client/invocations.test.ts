import { expect, test } from "vitest";
import { Invocations } from "../../../../src/wamp/client/invocations.ts";
import type { Procedure } from "../../../../src/wamp/client/invocation.ts";
import type { Link } from "../../../../src/wamp/protocol/link.ts";

test("a router that calls without end is refused what is too much", () => {
  const sent: unknown[] = [];
  const link = { send: (message: unknown) => void sent.push(message) } as unknown as Link;
  const invocations = new Invocations(link);
  let running = 0;
  const procedure: Procedure = {
    uri: "com.slow",
    handler: () => {
      running++;
      return new Promise(() => {});
    },
    maxChunks: undefined,
    report: () => {},
  };
  for (let id = 1; id <= 65_537; id++) invocations.receive([68, id, 7, {}], procedure);
  expect(running).toBe(65_536);
  expect(sent).toEqual([[8, 68, 65_537, {}, "wamp.error.unavailable"]]);
  invocations.end(new Error("over"));
});
