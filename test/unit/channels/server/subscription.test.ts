/**
 * Tests of subscriptions: what comes before the client was told, and gaps.
 *
 * @module
 */

import { expect, test } from "vitest";
import { Delivery } from "../../../../src/channels/server/events.ts";
import { Namespaces } from "../../../../src/channels/server/namespaces.ts";
import { Subscription } from "../../../../src/channels/server/subscription.ts";

const NAMESPACES = new Namespaces({ "": {}, h: { history: { size: 10, ttl: 1_000 } } });

function open(channel: string): { subscription: Subscription; got: unknown[] } {
  const got: unknown[] = [];
  const owner = {
    client: "own",
    deliver: (_: Subscription, { offset }: Delivery) => void got.push(offset),
    advance: (_: Subscription, offset: number) => void got.push(`advance ${offset}`),
    insufficient: () => void got.push("insufficient"),
    fellBehind: () => void got.push("fell behind"),
  };
  const name = NAMESPACES.find(channel);
  const init = { name, isServerSide: false, wantsJoinLeave: true, isRefreshedHere: false };
  return { subscription: new Subscription(owner, init), got };
}

function publication(offset: number | undefined, size = 1, exclude?: string): Delivery {
  const event = { type: "publication" as const, publication: { data: "1" }, exclude };
  return new Delivery("a", event, offset, size);
}

test("what came before the client was told follows, without what it has", () => {
  const { subscription, got } = open("h:a");
  for (const offset of [3, 4, undefined, 5]) subscription.deliver(publication(offset));
  expect([subscription.isLive, got]).toEqual([false, []]);
  subscription.begin(4);
  subscription.deliver(publication(6, 1, "own"));
  subscription.deliver(publication(7, 1, "other"));
  expect([subscription.isLive, got]).toEqual([true, [undefined, 5, "advance 6", 7]]);
});

test("what waits is bounded in size, whether or not it can be recovered", () => {
  for (const channel of ["a", "h:a"]) {
    const { subscription, got } = open(channel);
    for (let at = 1; at < 5; at++) subscription.deliver(publication(at, 400_000));
    subscription.begin(0);
    expect(got).toEqual(["fell behind"]);
  }
});

test("a gap is told, before the client was told of anything too", () => {
  const { subscription, got } = open("h:a");
  subscription.begin(4);
  subscription.deliver(publication(6));
  subscription.lost();
  expect(got).toEqual(["insufficient", "insufficient"]);
  const early = open("h:a");
  early.subscription.lost();
  expect(early.got).toEqual([]);
  early.subscription.begin(4);
  expect(early.got).toEqual(["fell behind"]);
});

test("where nothing is recovered, nothing is lost either; and what has ended gets nothing", () => {
  const { subscription, got } = open("a");
  subscription.begin(0);
  subscription.lost();
  subscription.deliver(publication(5));
  subscription.isEnded = true;
  subscription.deliver(publication(6));
  subscription.lost();
  expect(got).toEqual([5]);
});
