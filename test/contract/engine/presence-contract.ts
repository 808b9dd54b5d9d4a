/**
 * The contract of presence: every engine that declares it passes it.
 *
 * @module
 */

import { describe, expect, test } from "vitest";
import type { Presence } from "../../../src/engine/presence.ts";
import { StateError } from "../../../src/errors.ts";
import { rejection } from "../../support/turns.ts";
import { Fixture, STRANGE_NAMES } from "./engine-case.ts";
import type { OpenCase } from "./engine-case.ts";

const TTL = 60_000;

export function presenceContract(name: string, open: OpenCase): void {
  describe(`presence: ${name}`, () => {
    const fixture = new Fixture(open);
    const presence = (): Presence => fixture.first.presence as Presence;
    const other = (): Presence => fixture.second.presence as Presence;
    const add = (client: string, user = "ann", ttl = TTL): Promise<void> =>
      presence().add("a", client, { user, info: `info of ${client}` }, ttl);

    test("nobody is at a topic that nobody was added to", async () => {
      expect(await presence().list("a")).toEqual(new Map());
      expect(await presence().count("a")).toEqual({ clients: 0, users: 0 });
    });

    test("who was added is there, with user and info, at that topic alone", async () => {
      await add("c1");
      await presence().add("b", "c2", { user: "bob", info: "" }, TTL);
      expect(await other().list("a")).toEqual(
        new Map([["c1", { user: "ann", info: "info of c1" }]]),
      );
      expect(await other().list("b")).toEqual(new Map([["c2", { user: "bob", info: "" }]]));
    });

    test("clients and users are counted apart", async () => {
      await add("c1", "ann");
      await add("c2", "ann");
      await add("c3", "bob");
      await add("c4", "");
      expect(await other().count("a")).toEqual({ clients: 4, users: 3 });
    });

    test("adding again replaces, and refreshes", async () => {
      await add("c1", "ann");
      await fixture.current.advance(40_000);
      await add("c1", "bob");
      await fixture.current.advance(40_000);
      expect([...(await other().list("a")).values()]).toEqual([
        { user: "bob", info: "info of c1" },
      ]);
      expect(await other().count("a")).toEqual({ clients: 1, users: 1 });
    });

    test("who was removed is not there; removing who is not there does nothing", async () => {
      await add("c1");
      await add("c2");
      await other().remove("a", "c1");
      await other().remove("a", "c1");
      await other().remove("unknown", "c1");
      expect([...(await presence().list("a")).keys()]).toEqual(["c2"]);
      await presence().remove("a", "c2");
      expect(await other().count("a")).toEqual({ clients: 0, users: 0 });
    });

    test("an entry lives for its ttl, whatever those of others are", async () => {
      await add("c1", "ann", 10_000);
      await add("c2", "ann", 30_000);
      await fixture.current.advance(9_000);
      expect(await other().count("a")).toEqual({ clients: 2, users: 1 });
      await fixture.current.advance(2_000);
      expect([...(await other().list("a")).keys()]).toEqual(["c2"]);
      expect(await other().count("a")).toEqual({ clients: 1, users: 1 });
      await fixture.current.advance(20_000);
      expect(await other().count("a")).toEqual({ clients: 0, users: 0 });
    });

    test("the calls of one node are done in their order", async () => {
      for (let at = 0; at < 20; at++) {
        void add("c1");
        void presence().remove("a", "c1");
      }
      await add("c1");
      expect(await other().count("a")).toEqual({ clients: 1, users: 1 });
    });

    test("topics, clients and users are names and nothing else", async () => {
      for (const topic of STRANGE_NAMES) {
        for (const client of STRANGE_NAMES) {
          await presence().add(topic, client, { user: client, info: client }, TTL);
        }
        const all = STRANGE_NAMES.length;
        expect(await other().count(topic)).toEqual({ clients: all, users: all });
        const list = await other().list(topic);
        for (const client of STRANGE_NAMES) {
          expect(list.get(client)).toEqual({ user: client, info: client });
        }
      }
    });

    test("a list is the caller's own", async () => {
      await add("c1");
      const list = await presence().list("a");
      await presence().remove("a", "c1");
      await add("c2");
      expect([...list.keys()]).toEqual(["c1"]);
    });

    test("once closed, everything rejects", async () => {
      const closed = presence();
      await fixture.first.close();
      for (const asked of [
        closed.add("a", "c1", { user: "", info: "" }, TTL),
        closed.remove("a", "c1"),
        closed.list("a"),
        closed.count("a"),
      ]) {
        expect(await rejection(asked)).toBeInstanceOf(StateError);
      }
    });
  });
}
