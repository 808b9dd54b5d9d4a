/**
 * Rules by role.
 *
 * @module
 */

import type { MatchPolicy, Uri } from "../../protocol/messages.ts";
import { isMatchable } from "../../protocol/uri.ts";
import { checkOptions } from "../../../util/option-names.ts";
import { PatternMap } from "../patterns/pattern-map.ts";
import type { Action, AuthorizationRequest, Authorizer, Decision } from "./authorizer.ts";
import { covers, overlaps } from "./coverage.ts";

/** What a role may do with the URIs that match. */
export interface Permission {
  readonly uri: Uri;
  /** Default: `exact`. */
  readonly match?: MatchPolicy | undefined;
  /** What isn't `true` isn't allowed. */
  readonly allow: Readonly<Partial<Record<Action, boolean>>>;
  /** Whether callers and publishers are disclosed: always, never, or (absent) as they ask for it. */
  readonly disclose?: boolean | undefined;
  /** Trust level of what is published or called, for its receivers. */
  readonly trustlevel?: number | undefined;
}

export interface PermissionsOptions {
  /** By `authrole`. */
  readonly roles: Readonly<Record<string, readonly Permission[]>>;
  /** Asked where no rule matches. Default: what no rule allows is not allowed. */
  readonly otherwise?: Authorizer | undefined;
}

const DENIED: Decision = { allow: false };
const NAMES = { uri: true, match: true, allow: true, disclose: true, trustlevel: true } as const;
const ACTIONS = { call: true, register: true, publish: true, subscribe: true } as const;

/**
 * Allows what the rules of a session's role allow. Of several rules that match, the most specific one counts: the exact one,
 * else the longest prefix, else the wildcard, as a call finds its registration.
 *
 * Who subscribes or registers with a pattern needs a rule that covers all of it, and no rule within it that forbids it.
 *
 * @throws TypeError for a rule that makes no sense, or two rules of a role for one pattern.
 *
 * @example
 * ```ts
 * const authorizer = permissions({
 *   roles: {
 *     user: [
 *       { uri: "com.example.", match: "prefix", allow: { call: true, subscribe: true } },
 *       { uri: "com.example.admin.", match: "prefix", allow: {} },
 *     ],
 *   },
 * });
 * ```
 */
export function permissions(options: PermissionsOptions): Authorizer {
  checkOptions("permissions", options, { roles: true, otherwise: true });
  const { otherwise } = options;
  const roles = new Map(
    Object.entries(options.roles).map(([role, rules]) => [role, new Rules(rules)]),
  );
  return {
    authorize(request) {
      const rules = roles.get(request.principal.authrole);
      return rules?.decide(request) ?? otherwise?.authorize(request) ?? DENIED;
    },
    leave: (session) => otherwise?.leave?.(session),
  };
}

/** A rule, ready for use: a decision for each action. */
interface Rule {
  readonly uri: Uri;
  readonly match: MatchPolicy;
  readonly decisions: Readonly<Record<Action, Decision>>;
}

class Rules {
  readonly #patterns = new PatternMap<Rule>();
  readonly #all: Rule[] = [];

  constructor(rules: readonly Permission[]) {
    for (const permission of rules) {
      checkOptions("a permission", permission, { ...NAMES, allow: ACTIONS });
      const { uri, match = "exact" } = permission;
      if (!isMatchable(uri, match)) throw new TypeError(`a permission for ${uri}: no such URI`);
      if (uri.split(".").includes("*")) {
        throw new TypeError(`a permission for ${uri}: a wildcard is an empty component, not *`);
      }
      if (this.#patterns.get(uri, match)) {
        throw new TypeError(`two permissions of a role for ${uri} (${match})`);
      }
      const rule = { uri, match, decisions: decisionsOf(permission) };
      this.#patterns.set(uri, match, rule);
      this.#all.push(rule);
    }
  }

  decide({ action, uri, match }: AuthorizationRequest): Decision | undefined {
    if (match === "exact") return this.#patterns.best(uri)?.decisions[action];
    return this.#decidePattern(action, { uri, match });
  }

  #decidePattern(
    action: Action,
    pattern: { readonly uri: Uri; readonly match: MatchPolicy },
  ): Decision | undefined {
    const within = this.#all.filter((rule) => overlaps(rule, pattern));
    const covering = within.filter((rule) => covers(rule, pattern)).toSorted(byPrecedence)[0];
    if (!covering) return within.length > 0 ? DENIED : undefined;
    // Parts of the pattern have rules that go before the one that covers all of it.
    const parts = within.filter(
      (rule) =>
        !covers(rule, pattern) && (rule.match !== "wildcard" || covering.match === "wildcard"),
    );
    return parts.every((rule) => rule.decisions[action].allow)
      ? covering.decisions[action]
      : DENIED;
  }
}

const ORDER: Readonly<Record<MatchPolicy, number>> = { exact: 0, prefix: 1, wildcard: 2 };

/** As for registrations: exact, longest prefix, then the wildcard whose first components say most. */
function byPrecedence(a: Rule, b: Rule): number {
  if (a.match !== b.match) return ORDER[a.match] - ORDER[b.match];
  if (a.match === "prefix") return b.uri.length - a.uri.length;
  const [ours, theirs] = [a.uri.split("."), b.uri.split(".")];
  const at = ours.findIndex((part, index) => (part === "") !== (theirs[index] === ""));
  return ours[at] === "" ? 1 : -1;
}

function decisionsOf({ allow, disclose, trustlevel }: Permission): Rule["decisions"] {
  const decide = (action: Action): Decision => ({
    allow: allow[action] === true,
    disclose,
    trustlevel,
  });
  return {
    call: decide("call"),
    register: decide("register"),
    publish: decide("publish"),
    subscribe: decide("subscribe"),
  };
}
