/**
 * Users in memory, for tests of accounts.
 *
 * @module
 */

import { find, update as apply } from "mingo";
import type { UserCollection, User } from "../../src/ddp/server/index.ts";
import type { DocumentSink } from "../../src/ddp/live/live-source.ts";

export interface TestUsers extends UserCollection {
  remove(selector: object): Promise<number>;
  readonly observers: number;
}

export function memoryUsers(): TestUsers {
  const users = new Map<string, User>();
  const observers = new Set<() => void>();
  const query = (selector: object): User[] =>
    structuredClone(find<User>([...users.values()], selector as never).all());
  const tell = (): void => {
    for (const observer of observers) observer();
  };
  return {
    get observers() {
      return observers.size;
    },
    async insert(user) {
      const _id = user._id ?? "made up";
      users.set(_id, { ...user, _id });
      tell();
      return _id;
    },
    async update(selector, modifier) {
      const [user] = query(selector);
      if (user) {
        apply(user as never, modifier as never);
        users.set(user._id, user);
      }
      tell();
      return { count: user ? 1 : 0, insertedId: undefined };
    },
    async remove(selector) {
      const found = query(selector);
      for (const { _id } of found) users.delete(_id);
      tell();
      return found.length;
    },
    find: (selector, { fields = {} } = {}) => ({
      collection: "members",
      fetch: async () => query(selector),
      async observe(sink: DocumentSink) {
        const known = new Map<string, Readonly<Record<string, unknown>>>();
        const look = (): void => {
          const found = query(selector);
          for (const id of known.keys()) {
            if (found.some(({ _id }) => _id === id)) continue;
            known.delete(id);
            sink.removed(id);
          }
          for (const user of found) {
            const shown = Object.fromEntries(
              Object.entries(user).filter(([name]) => name !== "_id" && name in fields),
            );
            const before = known.get(user._id);
            known.set(user._id, shown);
            if (!before) {
              sink.added(user._id, shown);
              continue;
            }
            const changes = Object.entries(shown).filter(
              ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]),
            );
            if (changes.length > 0) sink.changed(user._id, Object.fromEntries(changes), shown);
          }
        };
        look();
        observers.add(look);
        return { stop: () => void observers.delete(look) };
      },
    }),
  };
}
