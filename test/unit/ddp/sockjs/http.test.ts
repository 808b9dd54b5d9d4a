import { expect, test } from "vitest";
import { sockJs } from "../../../../src/ddp/sockjs/sockjs.ts";
import type { SockJsOptions } from "../../../../src/ddp/sockjs/options.ts";
import { HOME, send } from "../../../support/sockjs.ts";

const PAGE = "https://app.example";

function make(options: SockJsOptions = {}): ReturnType<typeof sockJs> {
  return sockJs(() => {}, options);
}

test("GET /sockjs greets", async () => {
  for (const path of ["/sockjs", "/sockjs/"]) {
    const response = await send(make(), path);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/plain; charset=UTF-8");
    expect(await response.text()).toBe("Welcome to SockJS!\n");
  }
});

test("GET /sockjs/info", async () => {
  const response = await send(make({ origins: "any" }), "/sockjs/info?t=1", {
    headers: { Origin: PAGE },
  });
  expect(Object.fromEntries(response.headers)).toEqual({
    "access-control-allow-credentials": "true",
    "access-control-allow-origin": PAGE,
    "cache-control": "no-store, no-cache, no-transform, must-revalidate, max-age=0",
    "content-type": "application/json; charset=UTF-8",
    vary: "Origin",
  });
  const info = (await response.json()) as { entropy: number };
  expect(info).toEqual({
    websocket: true,
    origins: ["*:*"],
    cookie_needed: false,
    entropy: expect.any(Number),
  });
  expect(Number.isInteger(info.entropy) && info.entropy >= 0 && info.entropy < 2 ** 32).toBe(true);
  const again = (await (await send(make(), "/sockjs/info")).json()) as { entropy: number };
  expect(again.entropy).not.toBe(info.entropy);
});

test("pages of other origins are refused unless they are on the list", async () => {
  const info = (origin: string, options?: SockJsOptions): Promise<Response> =>
    send(make(options), "/sockjs/info", { headers: { Origin: origin } });
  expect((await info(PAGE)).status).toBe(403);
  expect((await info(PAGE)).headers.get("access-control-allow-origin")).toBeNull();
  expect((await info(HOME)).status).toBe(200);
  const listed = await info(PAGE, { origins: [PAGE] });
  expect(await listed.json()).toHaveProperty("origins", [PAGE]);
  expect((await info("https://evil.example", { origins: [PAGE] })).status).toBe(403);
  const poll = await send(make(), "/sockjs/000/abcdefgh/xhr", {
    method: "POST",
    headers: { Origin: PAGE },
  });
  expect(poll.status).toBe(403);
});

test("a browser may ask first", async () => {
  const response = await send(make({ origins: [PAGE] }), "/sockjs/000/abcdefgh/xhr_send", {
    method: "OPTIONS",
    headers: { Origin: PAGE, "Access-Control-Request-Method": "POST" },
  });
  expect(response.status).toBe(204);
  expect(Object.fromEntries(response.headers)).toEqual({
    "access-control-allow-credentials": "true",
    "access-control-allow-headers": "Content-Type",
    "access-control-allow-methods": "OPTIONS, POST",
    "access-control-allow-origin": PAGE,
    "access-control-max-age": "600",
    allow: "OPTIONS, POST",
    vary: "Origin",
  });
});

test("what is not there is 404, and a wrong method 405", async () => {
  const status = async (path: string, method = "GET"): Promise<number> =>
    (await send(make(), path, { method })).status;
  expect(await status("/sockjs/iframe.html")).toBe(404);
  expect(await status("/sockjs/000/abcdefgh/xhr_streaming", "POST")).toBe(404);
  expect(await status("/sockjs/000/abcdefgh/jsonp")).toBe(404);
  expect(await status("/sockjs/000/%zz/xhr", "POST")).toBe(404);
  expect(await status("/elsewhere")).toBe(404);
  expect(await status("/sockjs//abcdefgh/xhr", "POST")).toBe(404);
  expect(await status("/sockjs/000/abcdefgh/xhr")).toBe(405);
  expect(await status("/sockjs/info", "POST")).toBe(405);
  expect(await status("/sockjs/000/abcdefgh/websocket")).toBe(400);
});

test("below a prefix", async () => {
  const sockjs = make({ prefix: "/app/sockjs" });
  expect((await send(sockjs, "/app/sockjs/info")).status).toBe(200);
  expect((await send(sockjs, "/sockjs/info")).status).toBe(404);
  expect(Object.keys(sockjs.routes)).toEqual([
    "/app/sockjs/:server/:session/websocket",
    "/app/sockjs/websocket",
  ]);
});

test("options that make no sense are refused", () => {
  expect(() => make({ prefix: "/sockjs/" })).toThrow('prefix: "/sockjs/" is no path');
  expect(() => make({ prefix: "/:app/sockjs" })).toThrow(TypeError);
  expect(() => make({ prefix: "sockjs" as "/sockjs" })).toThrow(TypeError);
  expect(() => make({ origins: ["app.example"] })).toThrow("is no origin");
  expect(() => make({ heartbeatInterval: 0 })).toThrow(RangeError);
  expect(() => make({ maxSessions: -1 })).toThrow(RangeError);
  expect(() => make({ hearbeatInterval: 1 } as SockJsOptions)).toThrow(
    'did you mean "heartbeatInterval"?',
  );
});
