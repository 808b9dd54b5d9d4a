/**
 * What the types rule out, and plain JavaScript doesn't: the router would end the session for it.
 *
 * @module
 */

const POLICIES = ["exact", "prefix", "wildcard"];
const INVOCATIONS = ["single", "roundrobin", "random", "first", "last"];

/** @throws TypeError for what is no function. */
export function checkHandler(handler: unknown): void {
  if (typeof handler !== "function") throw new TypeError("the handler is no function");
}

/** @throws TypeError for what is no policy of matching. */
export function checkMatch(value: string | undefined): void {
  check("match", value, POLICIES);
}

/** @throws TypeError for what is no policy of invocation. */
export function checkInvoke(value: string | undefined): void {
  check("invoke", value, INVOCATIONS);
}

function check(name: string, value: string | undefined, known: readonly string[]): void {
  if (value === undefined || known.includes(value)) return;
  throw new TypeError(`${name} is ${JSON.stringify(value)}: one of ${known.join(", ")} is needed`);
}
