/**
 * Tests of the registry of clients.
 *
 * @module
 */

import { expect, test } from "vitest";
import { Registry } from "../../../../src/channels/server/registry.ts";
import type { Session } from "../../../../src/channels/server/session.ts";

function session(client: string, user: string): Session {
  return { client, user, id: `session of ${client}` } as Session;
}

test("clients are found by id, by user and by session", () => {
  const registry = new Registry();
  const all = [
    session("1", "ann"),
    session("2", "ann"),
    session("3", "__proto__"),
    session("4", ""),
  ];
  for (const one of all) registry.add(one);
  const [first, second, third, fourth] = all as [Session, Session, Session, Session];
  expect([...registry]).toEqual(all);
  expect([registry.size, registry.users, registry.countOf("ann")]).toEqual([4, 3, 2]);
  expect(registry.find({ user: "ann" })).toEqual([first, second]);
  expect(registry.find({ user: "__proto__" })).toEqual([third]);
  expect(registry.find({ user: "ann", client: "2" })).toEqual([second]);
  expect(registry.find({ user: "bob", client: "2" })).toEqual([]);
  expect(registry.find({ client: "5" })).toEqual([]);
  expect(registry.find({ session: "session of 4" })).toEqual([fourth]);
  expect(registry.find({ user: "ann", session: "session of 1" })).toEqual([first]);
  expect(registry.find({ user: "", session: "session of 4" })).toEqual([fourth]);
});

test("a filter that names nobody finds nobody, not even the anonymous", () => {
  const registry = new Registry();
  registry.add(session("1", ""));
  for (const filter of [{}, { user: "" }, { client: "" }, { session: "" }]) {
    expect(registry.find(filter)).toEqual([]);
  }
});

test("who was deleted is forgotten; who was never there does no harm", () => {
  const registry = new Registry();
  const one = session("1", "ann");
  registry.add(one);
  registry.delete(session("2", "ann"));
  registry.delete(session("3", "bob"));
  expect(registry.countOf("ann")).toBe(1);
  registry.delete(one);
  expect([registry.size, registry.users, registry.countOf("ann")]).toEqual([0, 0, 0]);
});
