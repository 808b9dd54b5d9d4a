import { expect, test } from "vitest";
import { idArgument, uriArgument } from "../../../../../src/wamp/router/meta/arguments.ts";
import type { MetaCall } from "../../../../../src/wamp/router/meta/meta-procedure.ts";

const call = { args: [1, "com.topic", 0, 1.5, null], kwargs: {} } as unknown as MetaCall;

test("an id is one, a URI is a string", () => {
  expect(idArgument(call, 0)).toBe(1);
  expect(uriArgument(call, 1)).toBe("com.topic");
});

test.each([1, 2, 3, 4, 5])("argument %i is no id", (index) => {
  expect(() => idArgument(call, index)).toThrow(`wamp.error.invalid_argument: argument ${index}`);
});

test.each([0, 4, 5])("argument %i is no URI", (index) => {
  expect(() => uriArgument(call, index)).toThrow(`wamp.error.invalid_argument: argument ${index}`);
});
