import { describe, expect, test } from "vitest";
import { ForwardedHeaders } from "../../../../../src/channels/server/backend/forwarded-headers.ts";
import type { ClientFacts } from "../../../../../src/channels/server/hooks.ts";
import { HttpHeaders } from "../../../../../src/http/headers.ts";

function facts(raw: readonly string[], emulated: Record<string, string> = {}): ClientFacts {
  const headers = new Map(Object.entries(emulated));
  return { request: { headers: new HttpHeaders(raw) }, headers } as unknown as ClientFacts;
}

test("only what is named is forwarded", () => {
  const headers = new ForwardedHeaders({ headers: ["Cookie", "X-A"] });
  const event = facts(["cookie", "a=1", "Authorization", "Bearer b", "x-b", "2"]);
  expect([...headers.of(event)]).toEqual([["cookie", "a=1"]]);
});

test("repeated fields are joined, cookies in their own way", () => {
  const headers = new ForwardedHeaders({ headers: ["cookie", "x-a"] });
  const event = facts(["Cookie", "a=1", "X-A", "1", "cookie", "b=2", "x-a", "2"]);
  expect([...headers.of(event)]).toEqual([
    ["cookie", "a=1; b=2"],
    ["x-a", "1, 2"],
  ]);
});

test("emulated fields are forwarded where they are named, and count less than real ones", () => {
  const emulated = { authorization: "emulated", "x-a": "emulated", "x-b": "emulated" };
  const headers = new ForwardedHeaders({
    headers: ["x-a", "x-b"],
    emulatedHeaders: ["authorization", "x-a"],
  });
  expect([...headers.of(facts(["X-A", "real"], emulated))]).toEqual([
    ["authorization", "emulated"],
    ["x-a", "real"],
  ]);
});

test("ours count most", () => {
  const headers = new ForwardedHeaders({
    headers: ["authorization"],
    emulatedHeaders: ["authorization"],
    staticHeaders: { Authorization: "ours" },
  });
  const event = facts(["Authorization", "real"], { authorization: "emulated" });
  expect([...headers.of(event)]).toEqual([["authorization", "ours"]]);
});

test("emulated values that can't be sent are left out", () => {
  const headers = new ForwardedHeaders({ emulatedHeaders: ["x-a", "x-b", "x-c"] });
  const event = facts([], { "x-a": "1\r\nhost: b", "x-b": "\u{1f600}", "x-c": "\0" });
  expect([...headers.of(event)]).toEqual([]);
});

test("a request of the web will do, and none at all", () => {
  const headers = new ForwardedHeaders({ headers: ["x-a"] });
  const web = new Request("http://127.0.0.1/", { headers: { "x-a": "1" } });
  const of = (request: unknown): unknown => [
    ...headers.of({ request, headers: new Map() } as unknown as ClientFacts),
  ];
  expect(of(web)).toEqual([["x-a", "1"]]);
  expect(of(undefined)).toEqual([]);
  expect(of({ headers: {} })).toEqual([]);
});

describe("what can't be forwarded is a mistake", () => {
  test.each(["host", "Content-Length", "connection", "x-signature", "a b", "", "a:"])(
    "%j",
    (name) => {
      expect(() => new ForwardedHeaders({ headers: [name] })).toThrow(TypeError);
      expect(() => new ForwardedHeaders({ emulatedHeaders: [name] })).toThrow(TypeError);
      expect(() => new ForwardedHeaders({ staticHeaders: { [name]: "1" } })).toThrow(TypeError);
    },
  );

  test("values, which are not shown", () => {
    const make = (): unknown => new ForwardedHeaders({ staticHeaders: { "x-key": "se\ncret" } });
    expect(make).toThrow("the header x-key has a value that can't be");
  });
});
