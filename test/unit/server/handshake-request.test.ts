import { duplexPair } from "node:stream";
import { expect, test } from "vitest";
import { pathOf, ServerRequest } from "../../../src/server/handshake-request.ts";

function request(url: string): ServerRequest {
  const facts = {
    url,
    fields: [],
    params: Object.create(null) as Record<string, string>,
    host: "localhost",
    remoteAddress: undefined,
    secure: false,
  };
  return new ServerRequest(facts, duplexPair()[0]);
}

test("path and query are taken apart at the first question mark", () => {
  const { path, query, url } = request("/a%20b?x=1&x=2&y=%C3%A9?&__proto__=p");
  expect(path).toBe("/a%20b");
  expect(url).toBe("/a%20b?x=1&x=2&y=%C3%A9?&__proto__=p");
  expect([...query]).toEqual([
    ["x", "1"],
    ["x", "2"],
    ["y", "é?"],
    ["__proto__", "p"],
  ]);
  expect(query.get("constructor")).toBeNull();
  expect([...request("/a").query]).toEqual([]);
  expect([pathOf("/"), pathOf("?a"), pathOf("/a?")]).toEqual(["/", "", "/a"]);
});

test("the query is read once", () => {
  const once = request("/?a=1");
  expect(once.query).toBe(once.query);
});

test("the signal is aborted with the reason, whether it is asked for before or after", () => {
  for (const early of [true, false]) {
    const aborted = request("/");
    if (early) expect(aborted.signal.aborted).toBe(false);
    const reason = new Error("gone");
    aborted.abort(reason);
    expect(aborted.signal.reason).toBe(reason);
    expect(aborted.signal).toBe(aborted.signal);
  }
});

test("there is nothing to say about TLS without it", () => {
  expect(request("/").tls).toBeUndefined();
});
