import fc from "fast-check";
import { expect, test } from "vitest";
import { fromRouter } from "../../../../src/wamp/client/from-router.ts";
import { Violation } from "../../../../src/wamp/protocol/errors.ts";
import { parseMessage } from "../../../../src/wamp/protocol/parse.ts";

const RIGHT: readonly (readonly unknown[])[] = [
  [2, 9007199254740992, { roles: { broker: {} }, authid: "joe", unknown: 1 }],
  [3, {}, "wamp.error.no_such_realm"],
  [3, { message: "no" }, "wamp.error.no_such_realm", [1], { a: 1 }],
  [4, "ticket", { timeout: "whatever" }],
  [6, {}, "wamp.close.normal"],
  [8, 48, 1, {}, "com.error"],
  [8, 48, 1, {}, "com.error", [1]],
  [8, 48, 1, { ppt_scheme: "x_own" }, "com.error", [1], { a: 1 }],
  [17, 1, 2],
  [33, 1, 2],
  [35, 1],
  [35, 0, { subscription: 7, reason: "com.reason" }],
  [36, 1, 2, { publisher: 1, retained: true, trustlevel: 0, topic: "com.a" }, [1], { a: 1 }],
  [50, 1, { progress: true }, []],
  [65, 1, 2],
  [67, 1],
  [67, 0, { registration: 7 }],
  [68, 1, 2, { caller: 1, receive_progress: true, timeout: 0, procedure: "com.a" }, [1]],
  [69, 1, { mode: "kill" }],
];

test.each(RIGHT)("%j, %j is what a router sends", (...message) => {
  const parsed: readonly unknown[] = fromRouter([...message]);
  // (Arguments are complete afterwards.)
  expect(parsed.slice(0, message.length)).toEqual(message);
});

test.each([
  ["no list", {}],
  ["nothing in the list", []],
  ["a type that isn't there", [7]],
  ["a type by its name", ["36", 1, 2, {}]],
  ["the name of a prototype's", ["constructor"]],
  ["what only a client sends", [48, 1, {}, "com.a"]],
  ["too little", [36, 1, 2]],
  ["too much", [17, 1, 2, {}]],
  ["too much after the arguments", [50, 1, {}, [], {}, 1]],
  ["an id that is 0", [17, 0, 1]],
  ["an id that is no whole number", [17, 1.5, 1]],
  ["an id that is too large", [17, 2 ** 53 + 2, 1]],
  ["details that are a list", [50, 1, []]],
  ["details that are null", [50, 1, null]],
  ["details that are bytes", [50, 1, new Uint8Array(1)]],
  ["arguments that are no list", [50, 1, {}, { a: 1 }]],
  ["keyword arguments that are a list", [50, 1, {}, [], []]],
  ["an error that is no URI", [8, 48, 1, {}, "com. error"]],
  ["a reason that is no URI", [6, {}, ""]],
  ["a bool that is a number", [50, 1, { progress: 1 }]],
  ["an id in details that is a string", [36, 1, 2, { publisher: "1" }]],
  ["a number in details that is negative", [68, 1, 2, { timeout: -1 }]],
  ["a string in details that is none", [68, 1, 2, { procedure: 7 }]],
  ["roles that are a list", [2, 1, { roles: [] }]],
  ["a revocation whose details are no dictionary", [35, 0, 7]],
] as const)("%s is a violation", (_, message) => {
  expect(() => fromRouter(message)).toThrow(Violation);
});

test("null stands for no arguments", () => {
  expect(fromRouter([50, 1, {}, null, null])).toEqual([50, 1, {}, [], {}]);
  expect(fromRouter([50, 1, {}, null, { a: 1 }])).toEqual([50, 1, {}, [], { a: 1 }]);
  expect(fromRouter([36, 1, 2, {}, [1], null])).toEqual([36, 1, 2, {}, [1], {}]);
});

test("anything is a message or a violation, and never a message that the router's own checks refuse", () => {
  const value = fc.oneof(
    fc.constantFrom(0, 1, 2 ** 53, -1, "com.a", true, null, {}, [], { progress: true }),
    fc.jsonValue(),
  );
  const types = [2, 3, 4, 6, 8, 17, 33, 35, 36, 50, 65, 67, 68, 69];
  const message = fc.tuple(fc.constantFrom(...types), fc.array(value, { maxLength: 6 }));
  fc.assert(
    fc.property(message, ([type, rest]) => {
      let parsed;
      try {
        parsed = fromRouter([type, ...rest]);
      } catch (error) {
        expect(error).toBeInstanceOf(Violation);
        return;
      }
      // (Which demands roles of a WELCOME, and details of a revocation; a client can do without.)
      if (type !== 2 && rest[0] !== 0 && type !== 8) parseMessage(parsed);
    }),
    { numRuns: 2000 },
  );
});
