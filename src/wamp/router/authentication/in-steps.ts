/**
 * Several methods, one after the other: two factors.
 *
 * @module
 */

import type { Principal } from "../principal.ts";
import type { Authenticator, Introduction, Step } from "./authenticator.ts";
import { REFUSED } from "./principals.ts";

/**
 * Demands all of these methods, in this order; each gets a CHALLENGE of its own. The first one says who it is, and the others
 * have to come to the same `authid`: they are told it. Clients choose it by the first method, and have to offer the others too.
 *
 * @example
 * ```ts
 * const code = ticket({ verify: ({ authid, ticket }) => isCode(authid, ticket) && { role: "user" } });
 * const authenticators = [inSteps(wampcra({ principals }), code)];
 * ```
 */
export function inSteps(first: Authenticator, ...others: readonly Authenticator[]): Authenticator {
  return {
    method: first.method,
    async begin(introduction) {
      const { authmethods } = introduction;
      if (!others.every(({ method }) => authmethods.includes(method))) return { type: "skip" };
      return follow(await first.begin(introduction), { current: first, others, introduction });
    },
  };
}

interface Stage {
  readonly current: Authenticator;
  readonly others: readonly Authenticator[];
  readonly introduction: Introduction;
  /** Who the methods so far have come to. */
  readonly principal?: Principal;
}

async function follow(step: Step, stage: Stage): Promise<Step> {
  if (step.type === "challenge") {
    const { method = stage.current.method, extra, respond } = step;
    return {
      type: "challenge",
      method,
      extra,
      respond: async (signature, given) => follow(await respond(signature, given), stage),
    };
  }
  if (step.type === "accept") return next(step.principal, stage);
  // Only the first method may leave it to others.
  return step.type === "skip" && stage.principal ? REFUSED : step;
}

async function next(shown: Principal, stage: Stage): Promise<Step> {
  const principal = stage.principal ?? shown;
  if (shown.authid !== principal.authid) return REFUSED;
  const authextra = { ...principal.authextra, ...shown.authextra };
  const merged = { ...principal, authextra };
  const [current, ...others] = stage.others;
  if (!current) return { type: "accept", principal: merged };
  const introduction = { ...stage.introduction, authid: principal.authid, authrole: undefined };
  const step = await current.begin(introduction);
  return follow(step, { current, others, introduction, principal: merged });
}
