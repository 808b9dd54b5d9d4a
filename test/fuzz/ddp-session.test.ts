/**
 * DDP sessions: whatever clients send, and wherever their connections are cut. `FUZZ_SEED` and `FUZZ_RUNS` change the fixed seed and
 * the effort.
 *
 * @module
 */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createDdp } from "../../src/ddp/server/index.ts";
import { CUTS, playWithCuts } from "../support/ddp-exactly-once.ts";
import { DdpPeer } from "../support/ddp-peer.ts";
import { RecordingLogger } from "../support/recording-logger.ts";
import { turns, unhandledRejections } from "../support/turns.ts";

const seed = Number(process.env["FUZZ_SEED"] ?? 6455);
const numRuns = Number(process.env["FUZZ_RUNS"] ?? 300);

const NAMES = ["__proto__", "constructor", "toString", "hasOwnProperty", "", "echo", "p", "1"];

const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(...NAMES, null, 0, -1, 1e308, true),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...NAMES, "$date", "$escape", "$type", "$value"), tie("value"), {
      maxKeys: 3,
    }),
  ),
})).value;

const MESSAGES = [
  "connect",
  "sub",
  "unsub",
  "method",
  "ping",
  "pong",
  "result",
  "added",
  "__proto__",
];

const message = fc.record(
  {
    msg: fc.oneof(fc.constantFrom(...MESSAGES), value),
    id: fc.oneof(fc.constantFrom("1", "2", "__proto__"), value),
    name: fc.oneof(fc.constantFrom(...NAMES), value),
    method: fc.oneof(fc.constantFrom(...NAMES), value),
    params: fc.oneof(fc.array(value, { maxLength: 3 }), value),
    randomSeed: value,
    session: value,
    receivedCount: value,
    cleared: value,
    fields: value,
  },
  { requiredKeys: ["msg"] },
);

const text = fc.oneof(
  { weight: 8, arbitrary: message.map((each) => JSON.stringify(each)) },
  { weight: 1, arbitrary: fc.string() },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.nat(5_000).map((depth) => "[".repeat(depth) + "]".repeat(depth)) },
);

test("whatever a client sends, it is answered, and the server goes on", async () => {
  const inherited = Object.getOwnPropertyNames(Object.prototype);
  const logger = new RecordingLogger();
  const ddp = createDdp({ logger, heartbeat: false });
  ddp.methods({ echo: (_invocation, ...params) => params });
  ddp.publish("p", (subscription, id) => {
    subscription.added("c", String(id), {});
    subscription.ready();
  });
  const run = async (texts: readonly string[]): Promise<void> => {
    const peer = await DdpPeer.connect(ddp);
    for (const each of texts) peer.sendText(each);
    await turns(5);
    peer.received.length = 0;
    peer.send({ msg: "ping", id: "end" });
    expect(await peer.rest()).toEqual([{ msg: "pong", id: "end" }]);
    peer.send({ msg: "disconnect" });
    await peer.handled;
  };
  const reasons = await unhandledRejections(() =>
    fc.assert(fc.asyncProperty(fc.array(text, { maxLength: 20 }), run), { seed, numRuns }),
  );
  expect(reasons).toEqual([]);
  expect(ddp.stats()).toMatchObject({ sessions: 0, waiting: 0 });
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(inherited);
});

test.each([
  ["waits", false, false],
  ["waits, and its session has ended", false, true],
  ["sends at once", true, false],
  ["sends at once, and its session has ended", true, true],
] as const)(
  "connections cut anywhere, again and again: the client %s",
  async (_name, eager, ends) => {
    const cuts = fc.array(fc.constantFrom(...CUTS), { minLength: 2, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(cuts, (each) => playWithCuts(each, eager, ends)),
      { seed, numRuns },
    );
  },
);
