/**
 * A client whose router is the test: it sees each message that the client sends, and answers what it likes.
 *
 * @module
 */

import { expect } from "vitest";
import { FakeClock } from "../../../../../src/testing/fake-clock.ts";
import { Client } from "../../../../../src/wamp/client/client.ts";
import type {
  ErrorContext,
  WampClient,
  WampClientOptions,
} from "../../../../../src/wamp/client/types.ts";
import { ROUTER_ROLES } from "../../../../../src/wamp/protocol/features.ts";
import { memoryLinks } from "../../../../../src/wamp/protocol/memory-link.ts";
import type { Roles } from "../../../../../src/wamp/protocol/messages.ts";
import { settled, WampPeer } from "../../../../support/wamp-peer.ts";

/** What a client does in a test, and what the test knows of it. */
export class ClientUnderTest {
  readonly clock = new FakeClock();
  /** What `onError` was told. */
  readonly errors: [error: unknown, context: ErrorContext][] = [];
  readonly client: WampClient;
  /** The router's end of each link that was opened. */
  readonly routers: WampPeer[] = [];
  /** Connecting fails with it. */
  refusal: unknown;

  constructor(options: Partial<WampClientOptions> = {}) {
    const open = (): ReturnType<typeof memoryLinks>[0] => {
      if (this.refusal !== undefined) throw this.refusal;
      const [ours, theirs] = memoryLinks();
      this.routers.push(new WampPeer(theirs));
      return ours;
    };
    const onError = (error: unknown, context: ErrorContext): void => {
      this.errors.push([error, context]);
    };
    const { clock } = this;
    const client = new Client(open, {
      realm: "realm1",
      maxDelay: 500,
      clock,
      onError,
      ...options,
    });
    this.client = client as unknown as WampClient;
  }

  /** A client that has joined, and its router. */
  static async join(
    options: Partial<WampClientOptions> = {},
    roles?: Roles,
  ): Promise<ClientUnderTest & { readonly router: WampPeer }> {
    const made = new ClientUnderTest(options);
    const router = await made.welcome(roles);
    return Object.assign(made, { router });
  }

  /** Waits for the HELLO over the newest link, and lets it in. */
  async welcome(roles: Roles = ROUTER_ROLES): Promise<WampPeer> {
    await settled();
    const router = this.routers.at(-1) as WampPeer;
    expect((await router.take())[0]).toBe(1);
    router.send([2, 1000 + this.routers.length, { realm: "realm1", roles }]);
    await settled();
    expect(this.client.status.state).toBe("connected");
    return router;
  }

  /** The connection breaks, and the client comes back. */
  async reconnect(roles?: Roles): Promise<WampPeer> {
    const known = this.routers.length;
    this.routers.at(-1)?.close();
    await settled();
    await this.clock.advanceAsync(500);
    expect(this.routers.length).toBe(known + 1);
    return this.welcome(roles);
  }
}
