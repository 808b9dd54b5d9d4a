/**
 * A server with accounts, and clients that are written out.
 *
 * @module
 */

import { expect, vi } from "vitest";
import { createAccounts, createDdp, memoryDatabase } from "../../../../../src/ddp/server/index.ts";
import type {
  Accounts,
  AccountsOptions,
  Ddp,
  LiveHandle,
  MemoryCollection,
  User,
  UserCollection,
} from "../../../../../src/ddp/server/index.ts";
import type { DdpPeer, Json } from "../../../../support/ddp-peer.ts";

/** The SHA-256 of "pencil", as Meteor's clients send passwords. */
export const pencil = {
  digest: "13809668fb436386706f67dcb052ed584a04ba16a8c02a17d66d34c30fceda21",
  algorithm: "sha-256",
} as const;

/** That of "eraser". */
export const eraser = {
  digest: "9010072f85ea546925888515cbacd8cf44204c2a640bc4d60ac61ff65ecb73e7",
  algorithm: "sha-256",
} as const;

export interface Fixture extends AsyncDisposable {
  readonly ddp: Ddp;
  readonly accounts: Accounts;
  readonly users: MemoryCollection<User & { readonly salary?: number }>;
  /** How many live queries over users run. */
  readonly observers: () => number;
  readonly logger: { error: ReturnType<typeof vi.fn>; warn: ReturnType<typeof vi.fn> };
}

export function fixture(options: Partial<AccountsOptions> = {}): Fixture {
  const logger = { error: vi.fn(), warn: vi.fn() };
  const users = memoryDatabase().collection<User & { readonly salary?: number }>("members");
  const counted = counting(users);
  const ddp = createDdp({ logger });
  // (The least work that bcrypt knows.)
  const accounts = createAccounts(ddp, {
    users: counted.users,
    bcryptRounds: 4,
    logger,
    ...options,
  });
  ddp.methods({ who: ({ userId }) => userId });
  return {
    ddp,
    accounts,
    users,
    observers: counted.observers,
    logger,
    [Symbol.asyncDispose]: () => ddp.close(),
  };
}

/** The same users, and how many live queries over them run. */
function counting(users: UserCollection): { users: UserCollection; observers: () => number } {
  const running = new Set<LiveHandle>();
  const find: UserCollection["find"] = (...query) => {
    const cursor = users.find(...query);
    return {
      collection: cursor.collection,
      fetch: () => cursor.fetch(),
      async observe(sink) {
        const handle = await cursor.observe(sink);
        running.add(handle);
        return {
          stop() {
            running.delete(handle);
            handle.stop();
          },
        };
      },
    };
  };
  const counted: UserCollection = {
    find,
    insert: (user) => users.insert(user),
    update: (selector, modifier) => users.update(selector, modifier),
  };
  return { users: counted, observers: () => running.size };
}

let count = 0;

/** Calls a method: what its `result` has; what else comes before that stays for the test. */
export async function call(
  peer: DdpPeer,
  method: string,
  ...params: unknown[]
): Promise<{ result?: unknown; error?: Json }> {
  const id = `${method} ${count++}`;
  peer.send({ msg: "method", id, method, params });
  const others: Json[] = [];
  let answer: Json | undefined;
  let isUpdated = false;
  while (!answer || !isUpdated) {
    const message = await peer.take();
    if (message["msg"] === "result") answer = message;
    else if (message["msg"] === "updated") isUpdated = true;
    else others.push(message);
  }
  peer.received.unshift(...others);
  expect(answer["id"]).toBe(id);
  const { result, error } = answer as { result?: unknown; error?: Json };
  return { ...(result !== undefined && { result }), ...(error && { error }) };
}

/** The result of a login. */
export interface LoggedIn {
  readonly id: string;
  readonly token: string;
  readonly tokenExpires: { readonly $date: number };
  readonly type: string;
}

export async function logIn(peer: DdpPeer, credentials: Json): Promise<LoggedIn> {
  const { result, error } = await call(peer, "login", credentials);
  expect(error).toBeUndefined();
  return result as LoggedIn;
}
