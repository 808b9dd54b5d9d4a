import { expect, test } from "vitest";
import { CaseError, Scope } from "../../../../src/wamp/conformance/placeholders.ts";

const none = (): number => {
  throw new Error("no request is needed");
};

test("URIs are below the run's own", () => {
  const scope = new Scope("r1");
  expect(
    scope.expand(["$uri", "$uri.a..b.", "$history.a", "$denied.a", "$uris"].slice(0, 4), none),
  ).toEqual([
    "conformance.open.r1",
    "conformance.open.r1.a..b.",
    "conformance.history.r1.a",
    "conformance.denied.r1.a",
  ]);
});

test("the number of a repetition may be in a URI, and alone", () => {
  const scope = new Scope("r1", [["i", 3]]);
  expect(scope.expand(["$uri.t$i", "$i"], none)).toEqual(["conformance.open.r1.t3", 3]);
});

test("a request has a new id, one with a name keeps it", () => {
  let last = 0;
  const next = (): number => ++last;
  const scope = new Scope("r1");
  expect(scope.expand(["$request", "$request.a", "$request", "$request.a"], next)).toEqual([
    1, 2, 3, 2,
  ]);
});

test("variables, bytes and plain text are replaced where they are, names of dicts are not", () => {
  const scope = new Scope("r1", [["A.session", 5]]);
  const value = { $x: [{ a: "$A.session" }, "$bytes.01ff"], b: "text", c: null };
  expect(scope.expand(value, none)).toEqual({
    $x: [{ a: 5 }, Uint8Array.of(1, 255)],
    b: "text",
    c: null,
  });
});

test("__proto__ is a name as others", () => {
  const value = JSON.parse('{"__proto__": "$uri"}') as unknown;
  const expanded = new Scope("r1").expand(value, none) as object;
  expect(Object.entries(expanded)).toEqual([["__proto__", "conformance.open.r1"]]);
});

test("what has no value can't be sent", () => {
  const scope = new Scope("r1");
  expect(() => scope.expand("$sub", none)).toThrow(new CaseError("$sub has no value yet"));
  expect(() => scope.expand("$any", none)).toThrow(new CaseError("$any stands for no value"));
});

test("a copy changes nothing until it is adopted", () => {
  const scope = new Scope("r1", [["a", 1]]);
  const copy = scope.copy();
  copy.set("b", 2);
  expect(scope.has("b")).toBe(false);
  scope.adopt(copy);
  expect(scope.get("b")).toBe(2);
  scope.reset(new Scope("r1"));
  expect(scope.has("a")).toBe(false);
});
