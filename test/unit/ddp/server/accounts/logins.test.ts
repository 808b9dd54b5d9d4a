import { expect, test } from "vitest";
import { Logins } from "../../../../../src/ddp/server/accounts/logins.ts";
import type {
  DdpConnection,
  DocumentSink,
  UserStore,
} from "../../../../../src/ddp/server/index.ts";
import { Deferred } from "../../../../../src/util/deferred.ts";
import { rejection } from "../../../../support/turns.ts";

/** A connection that ends when it is told to. */
class TestConnection {
  readonly #callbacks: (() => void)[] = [];
  isClosed = false;

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const callback of this.#callbacks) callback();
  }

  onClose(callback: () => void): void {
    if (this.isClosed) callback();
    else this.#callbacks.push(callback);
  }
}

/** Tokens that are there; each is observed when `gate` resolves. */
function testUsers(tokens: ReadonlySet<string>): {
  users: UserStore;
  sinks: Map<string, DocumentSink>;
  gate: Deferred<void>;
} {
  const sinks = new Map<string, DocumentSink>();
  const gate = new Deferred<void>();
  const holding: UserStore["holding"] = (id, hashedToken) => ({
    collection: "users",
    async observe(sink) {
      await gate.promise;
      if (tokens.has(hashedToken)) sink.added(id, {});
      sinks.set(hashedToken, sink);
      return { stop: () => void sinks.delete(hashedToken) };
    },
  });
  return { users: { holding } as UserStore, sinks, gate };
}

function connect(): TestConnection & DdpConnection {
  return new TestConnection() as TestConnection & DdpConnection;
}

test("a connection that ends while it is bound leaves nothing behind", async () => {
  const { users, sinks, gate } = testUsers(new Set(["a", "b"]));
  const logins = new Logins(users);
  const connection = connect();
  gate.resolve();
  await logins.bind(connection, "ada", "a");
  const binding = logins.bind(connection, "ada", "b");
  connection.close();
  await binding;
  expect(sinks.size).toBe(0);
  expect(logins.tokenOf(connection)).toBeUndefined();
});

test("a token that is gone binds nothing", async () => {
  const { users, sinks, gate } = testUsers(new Set());
  gate.resolve();
  const connection = connect();
  expect(await rejection(new Logins(users).bind(connection, "ada", "a"))).toMatchObject({
    error: 403,
  });
  expect(sinks.size).toBe(0);
  expect(connection.isClosed).toBe(false);
});

test.each<[string, (sink: DocumentSink) => void]>([
  ["the token goes", (sink) => sink.removed("ada")],
  ["nobody knows whether it is there", (sink) => sink.failed(new Error("lost"))],
])("closes the connection when %s", async (_, end) => {
  const { users, sinks, gate } = testUsers(new Set(["a"]));
  gate.resolve();
  const connection = connect();
  await new Logins(users).bind(connection, "ada", "a");
  end(sinks.get("a") as DocumentSink);
  expect(connection.isClosed).toBe(true);
  expect(sinks.size).toBe(0);
});
