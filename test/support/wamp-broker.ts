/**
 * Routers for tests of the broker, and what their peers do again and again.
 *
 * @module
 */

import { expect } from "vitest";
import { CLIENT_ROLES } from "../../src/wamp/protocol/features.ts";
import type { Link } from "../../src/wamp/protocol/link.ts";
import { memoryLinks } from "../../src/wamp/protocol/memory-link.ts";
import * as MessageType from "../../src/wamp/protocol/message-type.ts";
import type {
  Dict,
  Id,
  List,
  PublishOptions,
  SubscribeOptions,
} from "../../src/wamp/protocol/messages.ts";
import type { Authorizer } from "../../src/wamp/router/authorization/authorizer.ts";
import type { RealmOptions, RouterOptions } from "../../src/wamp/router/options.ts";
import type { Principal } from "../../src/wamp/router/principal.ts";
import { RouterCore } from "../../src/wamp/router/router.ts";
import { WampPeer } from "./wamp-peer.ts";

const allowAll: Authorizer = { authorize: () => ({ allow: true }) };

/** Where `realm1` allows everything, unless it says otherwise. */
export function makeRouter(
  realm: Partial<RealmOptions> = {},
  options: RouterOptions = {},
): RouterCore {
  const realm1: RealmOptions = { authenticators: [], authorizer: allowAll, ...realm };
  return new RouterCore({ ...options, realms: { realm1 } });
}

/** A session whose link seems to be full when it is told so. */
export class SlowPeer extends WampPeer {
  waiting = 0;

  static attachTo(router: RouterCore): SlowPeer {
    const [ours, theirs] = memoryLinks();
    const peer = new SlowPeer(ours);
    const link: Link = {
      facts: theirs.facts,
      get waiting() {
        return peer.waiting;
      },
      send: (message) => theirs.send(message),
      receive: (each) => theirs.receive(each),
      close: () => theirs.close(),
      terminate: () => theirs.terminate(),
    };
    const principal = {
      authid: "slow",
      authrole: "user",
      authmethod: "test",
      authprovider: "test",
    };
    void router.attach(link, principal);
    peer.send([MessageType.Hello, "realm1", { roles: CLIENT_ROLES }]);
    return peer;
  }
}

/** A peer that numbers its requests by itself. */
export class Client {
  readonly peer: WampPeer;
  readonly id: Id;
  #request = 0;

  constructor(peer: WampPeer & { readonly id: Id }) {
    this.peer = peer;
    this.id = peer.id;
  }

  static async join(
    router: RouterCore,
    identity: Partial<Principal> = {},
    options?: Parameters<typeof WampPeer.join>[2],
  ): Promise<Client> {
    return new Client(await WampPeer.join(router, identity, options));
  }

  /** The id of the subscription. */
  async subscribe(topic: string, options: SubscribeOptions = {}): Promise<Id> {
    const request = ++this.#request;
    this.peer.send([MessageType.Subscribe, request, options, topic]);
    const answer = await this.peer.take();
    expect(answer.slice(0, 2)).toEqual([MessageType.Subscribed, request]);
    return answer[2] as Id;
  }

  async unsubscribe(subscription: Id): Promise<void> {
    const request = ++this.#request;
    this.peer.send([MessageType.Unsubscribe, request, subscription]);
    expect(await this.peer.take()).toEqual([MessageType.Unsubscribed, request]);
  }

  /** Acknowledged: the id of the publication. */
  async publish(
    topic: string,
    args: List = [],
    options: PublishOptions = {},
    kwargs: Dict = {},
  ): Promise<Id> {
    const request = ++this.#request;
    this.peer.send([
      MessageType.Publish,
      request,
      { ...options, acknowledge: true },
      topic,
      args,
      kwargs,
    ]);
    const answer = await this.peer.take();
    expect(answer.slice(0, 2)).toEqual([MessageType.Published, request]);
    return answer[2] as Id;
  }

  /** The next request, which isn't answered or not with what is usual. */
  next(): Id {
    return ++this.#request;
  }

  /** The error that a request is refused with. */
  async refusal(): Promise<string> {
    const answer = await this.peer.take();
    expect(answer.slice(0, 3)).toEqual([MessageType.Error, answer[1], this.#request]);
    return answer[4] as string;
  }

  /** The arguments of the result; a refusal is thrown as its URI. */
  async call(procedure: string, args: List = [], kwargs: Dict = {}): Promise<List> {
    const request = ++this.#request;
    this.peer.send([MessageType.Call, request, {}, procedure, args, kwargs]);
    const answer = await this.peer.take();
    if (answer[0] === MessageType.Error) throw new Error(answer[4]);
    expect(answer.slice(0, 2)).toEqual([MessageType.Result, request]);
    return (answer[3] ?? []) as List;
  }

  /** The next event: its subscription, details and first argument. */
  async event(): Promise<{ subscription: Id; publication: Id; details: Dict; arg: unknown }> {
    const event = await this.peer.take();
    expect(event[0]).toBe(MessageType.Event);
    const [, subscription, publication, details, args] = event as [number, Id, Id, Dict, List?];
    return { subscription, publication, details, arg: args?.[0] };
  }
}
