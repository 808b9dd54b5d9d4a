/** The connection is cut at every message: everything is there afterwards, and has happened once. */

import { describe, expect, test } from "vitest";
import type { DdpOptions } from "../../../../src/ddp/server/index.ts";
import { CounterClient, Counters } from "../../../support/ddp-counters.ts";
import { turns } from "../../../support/turns.ts";

/** Returns how often the connection was cut. */
async function run(lives: readonly number[], options: DdpOptions, login = false): Promise<number> {
  const counters = new Counters(options);
  await using _ddp = counters.ddp;
  const counting = new CounterClient(counters, lives);
  await using client = counting.client;
  counters.add("a", 100);
  const subscription = client.subscribe("counters");
  // (Before that, what is simulated may be gone before it comes from the server.)
  await subscription.ready;
  if (login) expect(await client.login({})).toBe("ada");
  const calls = [client.call("add", "a", 1), client.call("add", "b", 1)];
  await turns(2);
  calls.push(client.apply("nothing", [], { wait: true }), client.call("add", "a", 10));
  await turns(2);
  calls.push(client.call("add", "b", 10), client.call("add", "a", 100));
  const results = await Promise.all(calls);
  expect(results).toEqual([101, 1, undefined, 111, 11, 211]);
  expect(counters.counts).toEqual(
    new Map([
      ["a", 211],
      ["b", 11],
    ]),
  );
  expect(counting.shown).toEqual(counters.counts);
  expect(counting.flickers).toEqual([]);
  return counting.line.broken;
}

describe.each([
  ["sessions that go on", {}],
  ["sessions whose messages are lost", { resume: { messages: 1 } }],
])("%s", (_name, options: DdpOptions) => {
  test("one cut, at every message", async () => {
    let life = 0;
    while ((await run([life], options)) === 1) life++;
    expect(life).toBeGreaterThan(20);
  });

  test("one cut, at every message, of somebody who has logged in", async () => {
    let life = 0;
    while ((await run([life], options, true)) === 1) life++;
    expect(life).toBeGreaterThan(24);
  });

  test("two cuts, at every fourth message of the first connection", async () => {
    for (let first = 0; first < 26; first += 4) {
      for (let second = 0; second < 26; second += 3) await run([first, second], options);
    }
  });
});
