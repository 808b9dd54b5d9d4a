/**
 * The bridge's sessions in the router: one for each principal, for all of its requests.
 *
 * @module
 */

import type { Data, WampClient } from "../../client/types.ts";
import type { Id, Uri } from "../../protocol/messages.ts";
import type { DirectIdentity } from "../create-router.ts";
import type { BridgePrincipal } from "./bridge-clients.ts";
import type { BridgeRequest } from "./bridge-request.ts";

/** What the bridge needs of a router. */
export interface BridgeRouter {
  session(realm: Uri, identity?: DirectIdentity): Promise<WampClient>;
}

export class BridgeSessions {
  readonly #router: BridgeRouter;
  readonly #sessions = new Map<string, Promise<WampClient>>();

  constructor(router: BridgeRouter) {
    this.#router = router;
  }

  /** Rejects with what the router answers; when `signal` is aborted, the call is canceled. */
  async call(
    principal: BridgePrincipal,
    { uri, args, kwargs, options }: BridgeRequest,
    signal: AbortSignal,
  ): Promise<Data> {
    const session = await this.#session(principal);
    return session.callResult(uri, args, { ...options, kwargs, signal });
  }

  /** Resolves with the id of the publication. */
  async publish(
    principal: BridgePrincipal,
    { uri, args, kwargs, options }: BridgeRequest,
  ): Promise<Id | undefined> {
    const session = await this.#session(principal);
    return session.publish(uri, args, { ...options, kwargs, acknowledge: true });
  }

  /** One that has ended, whyever that was, is joined again with the next request. */
  #session({ realm, authid, authrole }: BridgePrincipal): Promise<WampClient> {
    const key = JSON.stringify([realm, authid, authrole]);
    const known = this.#sessions.get(key);
    if (known) return known;
    const joining = this.#router.session(realm, { authid, authrole });
    this.#sessions.set(key, joining);
    const forget = (): void => void this.#sessions.delete(key);
    joining.then((session) => session.closed).then(forget, forget);
    return joining;
  }
}
