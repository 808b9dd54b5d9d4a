import { describe, expect, test } from "vitest";
import {
  ClosedError,
  FullduplexError,
  HandshakeError,
  LimitError,
  ProtocolError,
  StateError,
  TimeoutError,
} from "../../src/errors.ts";
import { HttpHeaders } from "../../src/http/headers.ts";

const INFO = { code: 1006, reason: "", wasClean: false, initiator: "remote" } as const;

describe("an error", () => {
  test.each([
    [new FullduplexError("ERR_CONNECT", "m"), "ERR_CONNECT", "ConnectError"],
    [new FullduplexError("ERR_UNSUPPORTED", "m"), "ERR_UNSUPPORTED", "UnsupportedError"],
    [new HandshakeError("m"), "ERR_HANDSHAKE", "HandshakeError"],
    [new ClosedError(INFO), "ERR_CLOSED", "ClosedError"],
    [new ProtocolError("m"), "ERR_PROTOCOL", "ProtocolError"],
    [new LimitError("m", 1), "ERR_LIMIT", "LimitError"],
    [new TimeoutError("m", 1), "ERR_TIMEOUT", "TimeoutError"],
    [new StateError("m"), "ERR_STATE", "StateError"],
  ])("%s has a code and a name, which minifiers don't change", (error, code, name) => {
    expect(error).toBeInstanceOf(FullduplexError);
    expect(error).toBeInstanceOf(Error);
    expect([error.code, error.name]).toEqual([code, name]);
    expect(String(error)).toBe(`${name}: ${error.message}`);
  });

  test("has the cause that it is given, and none otherwise", () => {
    const cause = new Error("deeper");
    expect(new FullduplexError("ERR_CONNECT", "m", { cause }).cause).toBe(cause);
    expect(new HandshakeError("m", {}, { cause }).cause).toBe(cause);
    expect(new ProtocolError("m", 1007, { cause }).cause).toBe(cause);
    expect(new ClosedError({ ...INFO, error: cause }).cause).toBe(cause);
    expect(new ClosedError(INFO).cause).toBeUndefined();
    expect("cause" in new StateError("m")).toBe(false);
  });
});

test("a handshake error says what is known of the answer", () => {
  const headers = new HttpHeaders(["A", "b"]);
  const response = { status: 503, headers, retryAfter: 1_000, body: "busy" };
  expect(new HandshakeError("m", response)).toMatchObject(response);
  expect(new HandshakeError("m")).toMatchObject({
    status: undefined,
    headers: undefined,
    retryAfter: undefined,
    body: "",
  });
});

test("a closed error says how the connection ended", () => {
  const error = new ClosedError({ code: 3000, reason: "why", wasClean: true, initiator: "local" });
  expect(error).toMatchObject({
    closeCode: 3000,
    reason: "why",
    wasClean: true,
    initiator: "local",
  });
  expect(error.message).toBe("closed with 3000 (local) why");
  expect(new ClosedError(INFO).message).toBe("closed with 1006 (remote)");
});

test("errors of rules and limits have the code that the connection is closed with", () => {
  expect(new ProtocolError("m").closeCode).toBe(1002);
  expect(new ProtocolError("m", 1007).closeCode).toBe(1007);
  expect(new LimitError("m", 5)).toMatchObject({ closeCode: 1009, limit: 5 });
  expect(new LimitError("m", 5, 1008).closeCode).toBe(1008);
});

test("a timeout error says what took how long", () => {
  expect(new TimeoutError("closing", 100)).toMatchObject({
    timeout: 100,
    message: "closing took longer than 100 ms",
  });
});
