import { expect, test } from "vitest";
import { matchMessage } from "../../../../src/wamp/conformance/match.ts";
import { Scope } from "../../../../src/wamp/conformance/placeholders.ts";

function match(pattern: unknown[], message: unknown[], scope = new Scope("r1")) {
  return matchMessage(pattern, message, { scope, request: 7 });
}

test("a message matches itself, and none that is longer, shorter or other", () => {
  expect(match([33, 1, 5], [33, 1, 5])).toBeUndefined();
  expect(match([33, 1, 5], [33, 1])).toBe("message has 2 elements instead of 3");
  expect(match([33, 1], [33, 1, 5])).toBe("message has 3 elements instead of 2");
  expect(match([33, 1, 5], [33, 1, 6])).toBe("message[2] is not 5");
  expect(match([8, 48, 1, {}, "a"], [8, 48, 1, {}, "b"])).toBe('message[4] is not "a"');
});

test("empty arguments at the end may be there or not", () => {
  expect(match([36, 1, 2, {}], [36, 1, 2, {}, []])).toBeUndefined();
  expect(match([36, 1, 2, {}, [], {}], [36, 1, 2, {}])).toBeUndefined();
  expect(match([50, 1, {}, [], { a: 1 }], [50, 1, {}, []])).toBe(
    "message has 3 elements instead of 5",
  );
});

test("details match when they have what is asked for, arguments only exactly", () => {
  expect(match([36, 1, 2, {}], [36, 1, 2, { x: 1 }])).toBeUndefined();
  expect(match([36, 1, 2, { topic: "a" }], [36, 1, 2, {}])).toBe('message[3].topic is not "a"');
  expect(match([36, 1, 2, {}, [{ a: 1 }]], [36, 1, 2, {}, [{ a: 1, b: 2 }]])).toBe(
    'message[4][0] has "b" besides',
  );
  const open = [36, 1, 2, {}, [{ "...": true, a: 1 }]];
  expect(match(open, [36, 1, 2, {}, [{ a: 1, b: 2 }]])).toBeUndefined();
});

test("names of an object's prototype are names as others", () => {
  expect(match([36, 1, 2, { constructor: "$absent" }], [36, 1, 2, {}])).toBeUndefined();
  expect(match([36, 1, 2, {}, [], {}], [36, 1, 2, {}, [], { toString: 1 }])).toBe(
    "message has 6 elements instead of 4",
  );
});

test("the rest of a list may be left open", () => {
  expect(match([8, 48, 1, {}, "$string", "..."], [8, 48, 1, {}, "a", [1], {}])).toBeUndefined();
  expect(match([8, 48, 1, {}, "$string", "..."], [8, 48, 1, {}])).toBe(
    "message has 4 elements instead of 5",
  );
});

test.each([
  ["$id", 1, 0],
  ["$int", -1, 1.5],
  ["$string", "", 1],
  ["$bool", false, 0],
  ["$list", [], {}],
  ["$dict", {}, []],
  ["$bytes.00ff", Uint8Array.of(0, 255), Uint8Array.of(0)],
  ["$request", 7, 8],
  ["$uri.a.b", "conformance.open.r1.a.b", "conformance.open.r2.a.b"],
])("%s matches %j, and not %j", (pattern, right, wrong) => {
  expect(match([50, 1, {}, [pattern]], [50, 1, {}, [right]])).toBeUndefined();
  expect(match([50, 1, {}, [pattern]], [50, 1, {}, [wrong]])).toBeDefined();
});

test("a variable is bound where it is first, and matches only the same afterwards", () => {
  const scope = new Scope("r1");
  expect(match([36, "$sub", "$pub", {}], [36, 5, 6, {}], scope)).toBeUndefined();
  expect(scope.get("sub")).toBe(5);
  expect(match([36, "$sub", "$other", {}], [36, 5, 7, {}], scope)).toBeUndefined();
  expect(match([36, "$sub", "$any", {}], [36, 6, 7, {}], scope)).toBe(
    "message[1] is not 5, which is $sub",
  );
});

test.each([
  [{ $oneOf: [1, "$string"] }, "a", 2],
  [{ $not: 1 }, 2, 1],
  [{ $set: [1, 2] }, [2, 1], [1, 2, 3]],
  [{ $includes: [1, 2] }, [3, 2, 1], [1, 3]],
  [{ $not: { $includes: [1] } }, [2], [1]],
  [{ $atLeast: 2 }, 2, 1],
  [{ $oneOf: ["$absent", false] }, false, true],
])("%j matches %j, and not %j", (pattern, right, wrong) => {
  expect(match([50, 1, {}, [pattern]], [50, 1, {}, [right]])).toBeUndefined();
  expect(match([50, 1, {}, [pattern]], [50, 1, {}, [wrong]])).toBeDefined();
});

test("what is bound in an alternative that doesn't match is forgotten", () => {
  const scope = new Scope("r1");
  const pattern = [
    50,
    1,
    {},
    [
      {
        $oneOf: [
          ["$x", 1],
          ["$y", 2],
        ],
      },
    ],
  ];
  expect(match(pattern, [50, 1, {}, [[5, 2]]], scope)).toBeUndefined();
  expect([scope.has("x"), scope.get("y")]).toEqual([false, 5]);
});

test("an operator that doesn't exist matches nothing", () => {
  expect(match([50, 1, {}, [{ $maybe: 1 }]], [50, 1, {}, [1]])).toBe(
    "message[3][0]: there is no operator $maybe",
  );
});
