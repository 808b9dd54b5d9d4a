/**
 * A client of DDP with a scripted server, and what is shown of its documents.
 *
 * @module
 */

import { ddpClient } from "../../src/ddp/client/index.ts";
import type { DdpClient, DdpClientOptions, LocalCollection } from "../../src/ddp/client/index.ts";
import type { Document } from "../../src/ddp/live/documents.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";
import { ScriptedServer } from "./ddp-scripted-server.ts";
import type { Json } from "./ddp-peer.ts";

export interface Thing extends Document {
  readonly [field: string]: unknown;
}

export interface Fixture extends AsyncDisposable {
  readonly server: ScriptedServer;
  readonly client: DdpClient;
  readonly clock: FakeClock;
  readonly things: LocalCollection<Thing>;
  /** What was logged as an error. */
  readonly errors: unknown[][];
  /** Cuts the connection and waits for the next one; returns its `connect`. */
  reconnect(): Promise<Json>;
}

/** A client that has not connected yet, or has with `accept`. */
export function fixture(options: DdpClientOptions = {}): Fixture {
  const server = new ScriptedServer();
  const clock = new FakeClock();
  const errors: unknown[][] = [];
  const logger = { error: (...data: unknown[]) => void errors.push(data) };
  const client = ddpClient(server.open, { clock, logger, maxDelay: 100, ...options });
  return {
    server,
    client,
    clock,
    things: client.collection<Thing>("things"),
    errors,
    reconnect: async () => {
      await server.cut();
      await clock.advanceAsync(100);
      return server.take();
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** The same, connected, with nothing sent but `connect`. */
export async function connected(options: DdpClientOptions = {}): Promise<Fixture> {
  const made = fixture(options);
  await made.server.accept();
  return made;
}

/** Writes down what a query shows, one word for each event. */
export function trace(collection: LocalCollection<Thing>): string[] {
  const events: string[] = [];
  collection.find({}).observe({
    addedAt: (document) => events.push(`+${show(document)}`),
    changedAt: (document) => events.push(`~${show(document)}`),
    removedAt: ({ _id }) => events.push(`-${String(_id)}`),
  });
  return events;
}

function show({ _id, ...fields }: Thing): string {
  const shown = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`);
  return [String(_id), ...shown].join(" ");
}
