/**
 * Methods: what clients may call.
 *
 * @module
 */

import type { Random } from "../../protocol/random/random.ts";
import type { DdpConnection } from "../connection.ts";

/** A run of a method. */
export interface MethodInvocation {
  /** The name of the method. */
  readonly name: string;
  /** Who calls: the server itself if `null`. */
  readonly connection: DdpConnection | null;
  readonly userId: string | null;
  /** `false` on the server, `true` in a client's simulation. */
  readonly isSimulation: false;
  /**
   * Logs the client in as that user, or out with `null`. Its subscriptions are run again, and what is different for that user is
   * sent at once. Resolves when that is done.
   *
   * @throws StateError in a call of the server's own, and after {@link unblock}.
   */
  setUserId(userId: string | null): Promise<void>;
  /** Lets the client's next message begin now, rather than when this method is done. */
  unblock(): void;
  /**
   * Random numbers that a client's simulation of this method has drawn too. A client can foresee them: draw ids from them, no secrets.
   * Default name: `default`.
   */
  random(name?: string): Random;
}

/**
 * What runs when a client calls. Parameters come from the network: check them before use. What it returns goes to the client as
 * EJSON; a `DdpError` that it throws does too, anything else becomes "Internal server error" there and goes to the log.
 *
 * One that never ends holds up its client's messages unless it has unblocked. Nothing here keeps it when its session has ended, and the
 * time is over in which the client may ask what came of it (`resume.ledger`): what it waits for does, if anything.
 */
export type Method = (invocation: MethodInvocation, ...params: unknown[]) => unknown;

export class Methods {
  readonly #methods = new Map<string, Method>();

  /** @throws TypeError for a name that is taken, and for what is no function: then none of them is added. */
  add(methods: Readonly<Record<string, Method>>): void {
    const added = Object.entries(methods);
    for (const [name, method] of added) {
      if (typeof method !== "function") throw new TypeError(`the method ${name} is no function`);
      if (this.#methods.has(name)) throw new TypeError(`there is a method ${name} already`);
    }
    for (const [name, method] of added) this.#methods.set(name, method);
  }

  get(name: string): Method | undefined {
    return this.#methods.get(name);
  }
}
