import type { IncomingMessage } from "node:http";
import { ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { note } from "../../../../src/hub/http/reply.ts";
import { Site } from "../../../../src/hub/http/site.ts";
import type { Listener, Resource } from "../../../../src/hub/http/site.ts";

interface Request {
  readonly method?: string;
  readonly url: string;
  readonly host?: string;
}

function ask(
  site: Site,
  { method = "GET", url, host = "localhost:80" }: Request,
): [number, string] {
  const request = { method, url, headers: { host } } as IncomingMessage;
  const response = new ServerResponse(request);
  let body = "";
  response.end = ((chunk?: Uint8Array) => {
    body = Buffer.from(chunk ?? "")
      .toString()
      .trim();
    return response;
  }) as typeof response.end;
  site.serve(request, response);
  return [response.statusCode, body];
}

describe("Site", () => {
  let count = 0;
  const listener: Listener = ({ method, url }, response) => response.end(`${method} ${url}`);
  const site = new Site({
    resources: new Map<string, Resource>([
      ["/", note(200, "home")],
      ["/count", () => note(200, String(++count))],
    ]),
    listeners: new Map([
      ["/exact", listener],
      ["/below/", listener],
    ]),
    onlyLoopback: true,
  });

  test("answers what is there, whatever the query", () => {
    expect(ask(site, { url: "/" })).toEqual([200, "home"]);
    expect(ask(site, { url: "/?room=1" })).toEqual([200, "home"]);
    expect(ask(site, { url: "/", method: "HEAD" })).toEqual([200, ""]);
  });

  test("makes anew what differs each time", () => {
    expect(ask(site, { url: "/count" })).toEqual([200, "1"]);
    expect(ask(site, { url: "/count" })).toEqual([200, "2"]);
  });

  test.each([
    "/nothing",
    "//",
    "/../",
    "/./",
    "/%2e%2e/",
    "/assets/../../package.json",
    "/assets/..%2f..%2fpackage.json",
    "/__proto__",
    "http://localhost/",
    "*",
    "",
  ])("has nothing at %j", (url) => {
    expect(ask(site, { url })[0]).toBe(404);
  });

  test.each(["POST", "PUT", "DELETE", "OPTIONS"])("refuses %s", (method) => {
    expect(ask(site, { url: "/", method })[0]).toBe(405);
  });

  test("refuses the names of others, as after DNS rebinding", () => {
    expect(ask(site, { url: "/", host: "attacker.example" })[0]).toBe(403);
    expect(ask(site, { url: "/", host: "" })[0]).toBe(403);
    expect(ask(site, { url: "/exact", host: "attacker.example" })[0]).toBe(403);
  });

  test.each(["/exact", "/exact?query=1", "/below/", "/below/this", "/below/this/too"])(
    "leaves %s to its listener, whatever the method",
    (url) => {
      expect(ask(site, { url, method: "POST" })).toEqual([200, `POST ${url}`]);
    },
  );

  test.each(["/exact/", "/exact/below", "/below", "/belowness/", "/"])(
    "leaves %s to no listener",
    (url) => {
      expect(ask(site, { url, method: "POST" })[0]).toBeGreaterThanOrEqual(404);
    },
  );

  test("answers to any name where it is open to other machines", () => {
    const open = new Site({ resources: new Map([["/", note(200, "home")]]), onlyLoopback: false });
    expect(ask(open, { url: "/", host: "example.com" })[0]).toBe(200);
  });
});
