/**
 * Calls of the server's own.
 *
 * @module
 */

import { clone } from "../../protocol/ejson/clone.ts";
import { RandomStreams } from "../../protocol/random/random-stream.ts";
import { currentScope } from "../scope.ts";
import type { Scope } from "../scope.ts";
import type { Methods } from "./methods.ts";
import { runMethod } from "./run-method.ts";

/**
 * Runs a method for the server: within a method or a publication for whom that runs, elsewhere for nobody. Parameters and result are
 * copied, so that neither side sees what the other does with its own later.
 */
export async function callMethod(
  methods: Methods,
  name: string,
  params: readonly unknown[],
): Promise<unknown> {
  const scope = innerScope(name, currentScope());
  const call = { name, params: clone(params), scope, unblock: () => {} };
  return clone(await runMethod(methods.get(name), call));
}

function innerScope(name: string, outer: Scope | undefined): Scope {
  return {
    connection: outer?.connection ?? null,
    userId: outer?.userId ?? null,
    // (A client's simulation draws the same seed for it.)
    streams: new RandomStreams(outer?.streams.seedFor(name)),
    fence: outer?.fence,
    setUserId: outer?.setUserId,
  };
}
