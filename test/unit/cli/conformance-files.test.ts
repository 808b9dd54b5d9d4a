/** The cases that come with the package. */

import { expect, test } from "vitest";
import { readCases } from "../../../src/cli/conformance-files.ts";
import type { ConformanceCase, Step } from "../../../src/wamp/conformance/case.ts";
import { CLIENT_ROLES, ROUTER_ROLES } from "../../../src/wamp/protocol/features.ts";

const cases = readCases();

const FIXTURES = [
  "denied-uris",
  "event-history",
  "fixed-realms",
  "loose-uris",
  "private-realm",
  "remove-procedures",
  "ticket-users",
  "transport-reuse",
  "undisclosed-uris",
];

test("there are at least 250, with ids and titles of their own", () => {
  expect(cases.length).toBeGreaterThanOrEqual(250);
  expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
  const places = cases.map(({ chapter, title, spec }) => `${chapter}: ${title} (${spec})`);
  expect(places.filter((place, index) => places.indexOf(place) !== index)).toEqual([]);
});

test("every chapter has cases of what it is about", () => {
  expect([...new Set(cases.map(({ chapter }) => chapter))].toSorted()).toEqual([
    "authentication",
    "authorization",
    "ids",
    "meta",
    "ordering",
    "payload-passthru",
    "protocol-errors",
    "pubsub",
    "rpc",
    "serialization",
    "sessions",
    "uris",
  ]);
});

test("what cases need are features, and what they require is documented", () => {
  const unknown = cases.flatMap((one) => [
    ...one.needs.filter((need) => !isFeature(ROUTER_ROLES, need)),
    ...one.requires.filter((name) => !FIXTURES.includes(name)),
    ...withouts(one).filter((name) => !isFeature(CLIENT_ROLES, name)),
  ]);
  expect(unknown).toEqual([]);
});

test("no case only sends", () => {
  const silent = cases.filter(({ steps }) => !steps.some((step) => expects(step)));
  expect(silent.map(({ id }) => id)).toEqual([]);
});

function withouts({ actors }: ConformanceCase): readonly string[] {
  return Array.from(actors.values(), ({ without = [] }) => without).flat();
}

function isFeature(roles: typeof ROUTER_ROLES, name: string): boolean {
  const [role = "", feature = ""] = name.split(".");
  const features = Object.entries(roles).find(([known]) => known === role)?.[1]?.features;
  return Object.hasOwn(features ?? {}, feature);
}

function expects(step: Step): boolean {
  if ("times" in step) return step.steps.some((inner) => expects(inner));
  return !["send", "raw", "connect", "hang_up"].includes(step.verb);
}
