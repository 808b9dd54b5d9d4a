import { expect, test } from "vitest";
import type { RouterOptions } from "../../../../src/wamp/router/options.ts";
import { RouterCore } from "../../../../src/wamp/router/router.ts";

const authenticators: never[] = [];

test.each<[object, string]>([
  [{ realm: {} }, 'createRouter has no option "realm": did you mean "realms"?'],
  [{ serializers: [] }, "serializers is an empty list"],
  [{ maxQueue: 0 }, "maxQueue is 0"],
  [{ overflow: "block" }, 'overflow is "block": one of drop, close'],
  [
    { realms: { realm1: { authenticators, authoriser: {} } } },
    'the realm "realm1" has no option "authoriser": did you mean "authorizer"?',
  ],
  [{ realms: { realm1: {} } }, 'the realm "realm1" needs a list of authenticators'],
  [{ realms: { "realm 1": { authenticators } } }, 'the realm "realm 1" has no URI for a name'],
  [
    { realms: { realm1: { authenticators, history: [{ uri: "com.a", limits: 1 }] } } },
    'has no option "limits": did you mean "limit"?',
  ],
  [{ realms: { realm1: { authenticators, retention: { topics: 1 } } } }, 'has no option "topics"'],
])("%o is refused with what is wrong", (options, message) => {
  expect(() => new RouterCore(options as RouterOptions)).toThrow(message);
});
