import { expect, test } from "vitest";
import { Cursor } from "../../../../src/ddp/client/local-cursor.ts";
import { DocumentStore } from "../../../../src/ddp/store/document-store.ts";
import { connected } from "../../../support/ddp-client-fixture.ts";
import { turns } from "../../../support/turns.ts";

test("loops that have ended leave nothing with the client", async () => {
  const store = new DocumentStore();
  const callbacks = new Set<() => void>();
  const onClosed = (callback: () => void): (() => void) => {
    callbacks.add(callback);
    return () => callbacks.delete(callback);
  };
  const host = { onClosed, outside: (run: () => void) => run() };
  for (let round = 0; round < 10; round++) {
    for await (const documents of new Cursor(store.find(), host)) {
      expect(documents).toEqual([]);
      expect(callbacks.size).toBe(1);
      break;
    }
  }
  expect(callbacks.size).toBe(0);
});

test("a slow reader skips states, and its loop ends with the client", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  const seen: number[] = [];
  const reading = (async () => {
    for await (const documents of things.find()) {
      seen.push(documents.length);
      await turns(20);
    }
  })();
  await turns();
  for (const id of ["a", "b", "c"]) await server.say({ msg: "added", collection: "things", id });
  await turns(40);
  await client.close();
  await reading;
  expect(seen).toEqual([0, 3]);
  // One that begins afterwards shows what there was, once.
  for await (const documents of things.find()) seen.push(documents.length);
  expect(seen).toEqual([0, 3, 3]);
});
