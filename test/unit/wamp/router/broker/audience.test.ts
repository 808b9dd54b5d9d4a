import fc from "fast-check";
import { expect, test } from "vitest";
import type { PublishOptions } from "../../../../../src/wamp/protocol/messages.ts";
import { Audience } from "../../../../../src/wamp/router/broker/audience.ts";
import type { Session } from "../../../../../src/wamp/router/session/session.ts";

function sessionOf(id: number, authid: string, authrole: string): Session {
  const principal = { authid, authrole, authmethod: "test", authprovider: "test" };
  return { id, principal } as unknown as Session;
}

/** The six conditions, as the specification numbers them. */
function isEligible(options: PublishOptions, { id, principal }: Session): boolean {
  const { authid, authrole } = principal;
  return (
    (options.eligible === undefined || options.eligible.includes(id)) &&
    (options.eligible_authid === undefined || options.eligible_authid.includes(authid)) &&
    (options.eligible_authrole === undefined || options.eligible_authrole.includes(authrole)) &&
    (options.exclude === undefined || !options.exclude.includes(id)) &&
    (options.exclude_authid === undefined || !options.exclude_authid.includes(authid)) &&
    (options.exclude_authrole === undefined || !options.exclude_authrole.includes(authrole))
  );
}

test("all six conditions have to hold", () => {
  const ids = fc.uniqueArray(fc.integer({ min: 1, max: 3 }));
  const texts = fc.uniqueArray(fc.constantFrom("a", "b", "__proto__"));
  const options = fc.record(
    {
      exclude: ids,
      exclude_authid: texts,
      exclude_authrole: texts,
      eligible: ids,
      eligible_authid: texts,
      eligible_authrole: texts,
    },
    { requiredKeys: [] },
  );
  const session = fc
    .tuple(ids, texts, texts)
    .filter(([id, authid, authrole]) => id.length > 0 && authid.length > 0 && authrole.length > 0)
    .map(([[id], [authid], [authrole]]) =>
      sessionOf(id as number, authid as string, authrole as string),
    );
  fc.assert(
    fc.property(options, session, (given, who) => {
      expect(Audience.of(given)?.admits(who) ?? true).toBe(isEligible(given, who));
    }),
    { numRuns: 1000 },
  );
});

test("an empty list of eligible sessions is nobody, of excluded ones nobody either", () => {
  const who = sessionOf(1, "joe", "user");
  for (const name of ["eligible", "eligible_authid", "eligible_authrole"]) {
    expect(Audience.of({ [name]: [] })?.admits(who)).toBe(false);
  }
  for (const name of ["exclude", "exclude_authid", "exclude_authrole"]) {
    expect(Audience.of({ [name]: [] })?.admits(who)).toBe(true);
  }
  expect(Audience.of({})).toBeUndefined();
});

test("only lists of sessions are bound to sessions", () => {
  expect(Audience.of({ exclude: [] })?.namesSessions).toBe(true);
  expect(Audience.of({ eligible: [1] })?.namesSessions).toBe(true);
  expect(Audience.of({ exclude_authid: ["joe"] })?.namesSessions).toBe(false);
});

test("what isn't about sessions can be asked without one", () => {
  const audience = Audience.of({ eligible: [1], eligible_authrole: ["admin"] });
  const { principal } = sessionOf(2, "joe", "admin");
  expect(audience?.admitsPrincipal(principal)).toBe(true);
  expect(audience?.admitsPrincipal({ ...principal, authrole: "user" })).toBe(false);
});
