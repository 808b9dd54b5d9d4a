/**
 * Rules that limit how often clients may call and subscribe.
 *
 * @module
 */

/** What is limited. */
export type LimitedType = "method" | "subscription";

/** A call or a subscription, as rules see it. */
export interface LimitedAction {
  readonly type: LimitedType;
  /** Of the method, or of the publication. */
  readonly name: string;
  readonly userId: string | null;
  readonly clientAddress: string | undefined;
  readonly connectionId: string;
}

/** What matches: that value; what the function accepts; or with `true`, anything. */
export type Matcher<T> = T | true | ((value: T) => boolean);

/**
 * A rule. It concerns what all of its matchers match. Each combination of values that its matchers have met is counted by itself: a
 * rule with `connectionId: true` limits each connection, one without limits all together.
 */
export interface LimitRule {
  readonly type?: Matcher<LimitedType> | undefined;
  readonly name?: Matcher<string> | undefined;
  /** `null`: those who aren't logged in. */
  readonly userId?: Matcher<string | null> | undefined;
  /** `undefined` in a function: it isn't known. */
  readonly clientAddress?: Matcher<string | undefined> | undefined;
  readonly connectionId?: Matcher<string> | undefined;
  /** How many are allowed in each interval. Default: 10. */
  readonly count?: number | undefined;
  /** Milliseconds. Default: 1000. */
  readonly interval?: number | undefined;
  /** What clients are told, or what makes that of the milliseconds until they may try again. */
  readonly message?: string | ((timeToReset: number) => string) | undefined;
  /** Is told of each action that the rule concerns, and whether this rule allows it. What it throws goes to the log. */
  readonly onCheck?: ((allowed: boolean, action: LimitedAction) => void) | undefined;
}

type MatcherName = "type" | "name" | "userId" | "clientAddress" | "connectionId";

const MATCHERS: readonly MatcherName[] = [
  "type",
  "name",
  "userId",
  "clientAddress",
  "connectionId",
];

/** What an action is counted by; `undefined` when the rule doesn't concern it. */
export function countedBy(rule: LimitRule, action: LimitedAction): string | undefined {
  const values: unknown[] = [];
  for (const name of MATCHERS) {
    const matcher = rule[name];
    if (matcher === undefined) continue;
    const value = action[name];
    if (!matches(matcher, value)) return undefined;
    values.push(value ?? null);
  }
  return JSON.stringify(values);
}

function matches(matcher: unknown, value: unknown): boolean {
  if (typeof matcher === "function") return matcher(value) === true;
  return matcher === true || matcher === value;
}
