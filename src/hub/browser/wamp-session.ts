/**
 * What the page of WAMP needs of a session.
 *
 * @module
 */

import type { Connection } from "../../client/browser/index.ts";
import { joinRealm as join, json } from "../../wamp/client/index.ts";

/** As subprotocols, for the connection. */
export const SUBPROTOCOLS: readonly string[] = [json.subprotocol];

/** A session in the router, until `closed` resolves. All but that rejects with what the router has against it. */
export interface WampSession {
  readonly id: number;
  readonly closed: Promise<unknown>;
  register(procedure: string, handler: (args: readonly unknown[]) => unknown): Promise<void>;
  subscribe(topic: string, handler: (args: readonly unknown[]) => void): Promise<void>;
  call(procedure: string, args: readonly unknown[]): Promise<unknown>;
  publish(topic: string, args: readonly unknown[]): Promise<void>;
}

/** Joins a realm, as nobody in particular. */
export async function joinRealm(connection: Connection, realm: string): Promise<WampSession> {
  const session = await join(connection, { realm });
  const { id } = await session.connected();
  return {
    id,
    closed: session.closed,
    async register(procedure, handler) {
      await session.register(procedure, ({ args }) => handler(args));
    },
    async subscribe(topic, handler) {
      await session.subscribe(topic, ({ args }) => handler(args));
    },
    call: (procedure, args) => session.call(procedure, args),
    async publish(topic, args) {
      // (So that the one tab that is open sees something.)
      await session.publish(topic, args, { acknowledge: true, exclude_me: false });
    },
  };
}
