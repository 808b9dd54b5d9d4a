/**
 * Tests of the options of channels.
 *
 * @module
 */

import { expect, test } from "vitest";
import { createChannels } from "../../../../src/channels/server/create-channels.ts";
import { resolveOptions } from "../../../../src/channels/server/options.ts";
import { FakeClock } from "../../../../src/testing/fake-clock.ts";

test("defaults", () => {
  expect(resolveOptions({})).toMatchObject({
    anonymous: false,
    maxSubscriptions: 128,
    maxRecover: 300,
    maxQueue: 1_048_576,
    pingInterval: 25_000,
    pongTimeout: 8_000,
  });
});

test.each([
  { maxQueue: 0 },
  { maxClients: -1 },
  { maxRecover: Number.NaN },
  { pingInterval: "25" as unknown as number },
  { pingInterval: 1_000, pongTimeout: 2_000 },
])("%j is out of range", (options) => {
  expect(() => resolveOptions(options)).toThrow(RangeError);
});

test("an option that there is not is a mistake", () => {
  expect(() => resolveOptions({ namespace: {} } as object)).toThrow(TypeError);
});

test("the namespace of personal channels has to be one", () => {
  expect(() => createChannels({ personal: "user" })).toThrow(RangeError);
  expect(() => createChannels({ personal: "" })).toThrow(RangeError);
});

test("closing leaves nothing, twice too", async () => {
  const clock = new FakeClock();
  await using channels = createChannels({ clock, personal: "u", namespaces: { u: {} } });
  await channels.close();
  expect(clock.timers).toBe(0);
});
