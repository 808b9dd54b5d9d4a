/**
 * A client of WAMP that does nothing by itself: what it sends is written out, and what it got can be looked at.
 *
 * @module
 */

import { expect } from "vitest";
import type { Link } from "../../src/wamp/protocol/link.ts";
import { memoryLinks } from "../../src/wamp/protocol/memory-link.ts";
import * as MessageType from "../../src/wamp/protocol/message-type.ts";
import type { Message, Roles } from "../../src/wamp/protocol/messages.ts";
import { CLIENT_ROLES } from "../../src/wamp/protocol/features.ts";
import type { Principal } from "../../src/wamp/router/principal.ts";
import type { RouterCore } from "../../src/wamp/router/router.ts";
import { Deferred } from "../../src/util/deferred.ts";

export class WampPeer {
  /** All that came and was not taken yet. */
  readonly received: Message[] = [];
  /** Resolves when the router has closed the link. */
  readonly gone: Promise<void>;
  isGone = false;
  readonly #link: Link;
  #waiting: Deferred<void> | undefined;

  constructor(link: Link) {
    this.#link = link;
    this.gone = link
      .receive((message) => {
        this.received.push(message);
        this.#waiting?.resolve();
        this.#waiting = undefined;
        return undefined;
      })
      .then(() => {
        this.isGone = true;
        this.#waiting?.resolve();
      });
  }

  /** A peer at the other end of the link, before its HELLO. */
  static attach(router: RouterCore, trusted?: Principal): WampPeer {
    const [ours, theirs] = memoryLinks();
    void router.attach(theirs, trusted);
    return new WampPeer(ours);
  }

  /** A session in `realm1`, as whoever. */
  static async join(
    router: RouterCore,
    identity: Partial<Principal> = {},
    { realm = "realm1", roles = CLIENT_ROLES }: { realm?: string; roles?: Roles } = {},
  ): Promise<WampPeer & { readonly id: number }> {
    const trusted = { authid: "joe", authrole: "user", authmethod: "test", authprovider: "test" };
    const peer = WampPeer.attach(router, { ...trusted, ...identity });
    peer.send([MessageType.Hello, realm, { roles }]);
    const welcome = await peer.take();
    expect(welcome[0]).toBe(MessageType.Welcome);
    return Object.assign(peer, { id: welcome[1] as number });
  }

  send(message: Message): void {
    void this.#link.send(message);
  }

  /** The next message; waits for it. */
  async take(): Promise<Message> {
    while (this.received.length === 0) {
      if (this.isGone) throw new Error("the router has closed the link");
      this.#waiting ??= new Deferred();
      await this.#waiting.promise;
    }
    return this.received.shift() as Message;
  }

  /** The next so many messages. */
  async takeAll(count: number): Promise<Message[]> {
    const messages: Message[] = [];
    while (messages.length < count) messages.push(await this.take());
    return messages;
  }

  /** Whether nothing (more) came, after all that was sent has been handled. */
  async isQuiet(): Promise<boolean> {
    await settled();
    return this.received.length === 0;
  }

  close(): void {
    void this.#link.close();
  }
}

/** After all that is under way in memory. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}
