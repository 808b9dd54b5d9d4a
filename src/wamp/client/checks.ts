/**
 * What the types rule out, and plain JavaScript doesn't: the router would end the session for it.
 *
 * @module
 */

const POLICIES = {
  match: "exact prefix wildcard",
  invoke: "single roundrobin random first last",
};

/** @throws TypeError for what is no function. */
export function checkHandler(handler: unknown): void {
  if (typeof handler !== "function") throw new TypeError("the handler is no function");
}

/** @throws TypeError for a policy that there is not. */
export function checkPolicies(options: {
  readonly match?: string | undefined;
  readonly invoke?: string | undefined;
}): void {
  for (const [name, known] of Object.entries(POLICIES)) {
    const value = options[name as keyof typeof POLICIES];
    if (value !== undefined && !known.split(" ").includes(value)) {
      throw new TypeError(`${name} is ${JSON.stringify(value)}: one of ${known} is needed`);
    }
  }
}
