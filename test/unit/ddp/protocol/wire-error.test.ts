import { expect, test } from "vitest";
import { FullduplexError } from "../../../../src/errors.ts";
import { DdpError } from "../../../../src/ddp/protocol/error.ts";
import { clientSafe, fromWireError, toWireError } from "../../../../src/ddp/protocol/wire-error.ts";

const error = new DdpError("code-x", "Reason here", { d: new Date(5) });

test("livedata - Meteor.Error", () => {
  expect(error).toBeInstanceOf(FullduplexError);
  expect(error).toMatchObject({
    code: "ERR_DDP",
    name: "DdpError",
    message: "Reason here [code-x]",
  });
  expect(new DdpError(404).message).toBe("[404]");
});

test("on the wire", () => {
  expect(JSON.parse(JSON.stringify(toWireError(error)))).toEqual({
    isClientSafe: true,
    error: "code-x",
    reason: "Reason here",
    details: { d: "1970-01-01T00:00:00.005Z" },
    message: "Reason here [code-x]",
    errorType: "Meteor.Error",
  });
});

test.each([
  ["a DdpError", error, "code-x"],
  [
    "one that says that it is safe",
    Object.assign(new Error("e"), { isClientSafe: true, error: 403, reason: "No" }),
    403,
  ],
  ["one that is safe, with a code that is none", { isClientSafe: true, error: {} }, 500],
  [
    "one with a safe one in it",
    Object.assign(new Error("e"), { sanitizedError: new DdpError("san") }),
    "san",
  ],
])("%s is for the client", (_name, thrown, code) => {
  expect(clientSafe(thrown)?.error).toBe(code);
});

test.each([
  ["any other", new Error("secret")],
  ["text", "secret"],
  ["nothing", undefined],
  ["null", null],
  ["one that is only almost safe", { isClientSafe: "yes", error: 1 }],
  ["one with an unsafe one in it", { sanitizedError: new Error("secret") }],
])("%s isn't", (_name, thrown) => {
  expect(clientSafe(thrown)).toBeUndefined();
});

test("one that is in itself isn't", () => {
  const circle: { sanitizedError?: unknown } = {};
  circle.sanitizedError = circle;
  expect(clientSafe(circle)).toBeUndefined();
});

test.each([
  [{ error: 404, reason: "r", details: [1] }, 404, "r", [1]],
  [{ error: "x" }, "x", undefined, undefined],
  [{ error: [], reason: 5 }, 500, undefined, undefined],
  ["text", 500, undefined, undefined],
  [null, 500, undefined, undefined],
])("%j becomes an error", (wire, code, reason, details) => {
  expect(fromWireError(wire)).toMatchObject({ error: code, details });
  expect(fromWireError(wire).reason).toBe(reason);
});
