/**
 * Running a method.
 *
 * @module
 */

import { StateError } from "../../../errors.ts";
import { DdpError } from "../../protocol/error.ts";
import type { Random } from "../../protocol/random/random.ts";
import { runInScope } from "../scope.ts";
import type { Scope } from "../scope.ts";
import type { Method, MethodInvocation } from "./methods.ts";

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
  const { name, params, scope } = call;
  if (!method) throw new DdpError(404, `Method '${name}' not found`);
  return runInScope(scope, () => method(new Invocation(call), ...params));
}

class Invocation implements MethodInvocation {
  readonly name: string;
  readonly isSimulation = false as const;
  readonly #scope: Scope;
  readonly #unblock: () => void;
  #isUnblocked = false;

  constructor({ name, scope, unblock }: Call) {
    this.name = name;
    this.#scope = scope;
    this.#unblock = unblock;
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
    // (What comes next might run as either user.)
    if (this.#isUnblocked) throw new StateError("setUserId comes before unblock");
    await setUserId(userId);
  }

  unblock(): void {
    this.#isUnblocked = true;
    this.#unblock();
  }

  random(name: string = ""): Random {
    return this.#scope.streams.stream(name);
  }
}
