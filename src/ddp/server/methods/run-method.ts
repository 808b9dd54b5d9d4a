/**
 * Running a method.
 *
 * @module
 */

import { StateError } from "../../../errors.ts";
import { DdpError } from "../../protocol/error.ts";
import type { Random } from "../../protocol/random/random.ts";
import type { RandomStreams } from "../../protocol/random/random-stream.ts";
import { runInScope } from "../scope.ts";
import type { Scope } from "../scope.ts";
import type { Method, MethodInvocation } from "./methods.ts";
import type { WriteFence } from "./write-fence.ts";

/** A call that is to be run. */
export interface Call {
  readonly name: string;
  readonly params: readonly unknown[];
  readonly scope: Scope;
  /** Lets the client's next message begin. */
  readonly unblock: () => void;
}

/**
 * Runs a method. Rejects with what it throws.
 *
 * @throws DdpError 404 (as a rejection) when there is no such method.
 */
export async function runMethod(method: Method | undefined, call: Call): Promise<unknown> {
  const { name, params } = call;
  if (!method) throw new DdpError(404, `Method '${name}' not found`);
  const scope = new MethodScope(call);
  return runInScope(scope, () => method(new Invocation(name, scope), ...params));
}

/** What methods that this one calls, and what it writes, find around them. */
class MethodScope implements Scope {
  readonly streams: RandomStreams;
  readonly setUserId: Scope["setUserId"];
  readonly #outer: Scope;
  readonly #unblock: () => void;
  #userId: string | null;
  #isUnblocked = false;

  constructor({ scope, unblock }: Call) {
    this.#outer = scope;
    this.#unblock = unblock;
    this.streams = scope.streams;
    // (Once it has unblocked, another message may log somebody else in: this invocation keeps its user.)
    this.#userId = scope.userId;
    this.setUserId = scope.setUserId && ((userId) => this.#logIn(userId));
  }

  get connection(): Scope["connection"] {
    return this.#outer.connection;
  }

  get userId(): string | null {
    return this.#userId;
  }

  get fence(): WriteFence | undefined {
    return this.#outer.fence;
  }

  unblock(): void {
    this.#isUnblocked = true;
    this.#unblock();
  }

  async #logIn(userId: string | null): Promise<void> {
    // (What comes next might run as either user.)
    if (this.#isUnblocked) throw new StateError("setUserId comes before unblock");
    this.#userId = userId;
    await this.#outer.setUserId?.(userId);
  }
}

class Invocation implements MethodInvocation {
  readonly name: string;
  readonly isSimulation = false as const;
  readonly #scope: MethodScope;

  constructor(name: string, scope: MethodScope) {
    this.name = name;
    this.#scope = scope;
  }

  get connection(): Scope["connection"] {
    return this.#scope.connection;
  }

  get userId(): string | null {
    return this.#scope.userId;
  }

  async setUserId(userId: string | null): Promise<void> {
    const { setUserId } = this.#scope;
    if (!setUserId) throw new StateError("nobody can log in here: no client has called");
    await setUserId(userId);
  }

  unblock(): void {
    this.#scope.unblock();
  }

  random(name: string = ""): Random {
    return this.#scope.streams.stream(name);
  }
}
