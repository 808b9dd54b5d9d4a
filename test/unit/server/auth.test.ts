import { duplexPair } from "node:stream";
import { describe, expect, test, vi } from "vitest";
import { basicAuth, bearerAuth, safeEqual } from "../../../src/server/auth.ts";
import { ServerRequest } from "../../../src/server/handshake-request.ts";

function request(...authorization: string[]): ServerRequest {
  const raw = authorization.flatMap((value) => ["Authorization", value]);
  const facts = {
    url: "/",
    fields: raw,
    params: {},
    host: "localhost",
    remoteAddress: "127.0.0.1",
    secure: false,
  };
  return new ServerRequest(facts, duplexPair()[0]);
}

function basic(credentials: string | Uint8Array): string {
  return `Basic ${Buffer.from(credentials).toString("base64")}`;
}

async function challengeOf(result: unknown): Promise<string | null> {
  const response = await (result as Promise<Response>);
  expect(response).toBeInstanceOf(Response);
  expect(response.status).toBe(401);
  return response.headers.get("www-authenticate");
}

describe("basicAuth", () => {
  const check = vi.fn(async ({ username, password }: { username: string; password: string }) => {
    return safeEqual(password, "s3crét:x") && { username };
  });
  const hook = basicAuth({ realm: 'a "b" \\', check });
  const challenge = 'Basic realm="a \\"b\\" \\\\", charset="UTF-8"';

  test("gives the data for right credentials, in UTF-8, with colons in the password", async () => {
    for (const value of [
      basic("ann:s3crét:x"),
      basic("ann:s3crét:x").replace("Basic ", "bASIC  "),
    ]) {
      expect(await hook(request(value))).toEqual({ data: { username: "ann" } });
    }
    expect(check.mock.lastCall?.[0]).toEqual({ username: "ann", password: "s3crét:x" });
  });

  test("answers 401 with the challenge for wrong ones", async () => {
    expect(await challengeOf(hook(request(basic("ann:wrong"))))).toBe(challenge);
    expect(hook.challenge).toBe(challenge);
  });

  test("answers 401 without asking for what it can't read", async () => {
    check.mockClear();
    const invalid = Buffer.concat([Buffer.from("ann:"), Buffer.of(0xff)]);
    const values = [
      "",
      "Basic",
      "Basic ",
      "Basic !!!",
      "Basic a b",
      basic("no colon"),
      basic(invalid),
      "Bearer abc",
    ];
    for (const value of values) {
      expect(await challengeOf(hook(request(value))), value).toBe(challenge);
    }
    expect(await challengeOf(hook(request()))).toBe(challenge);
    expect(await challengeOf(hook(request(basic("a:s3crét:x"), basic("b:s3crét:x"))))).toBe(
      challenge,
    );
    expect(check).not.toHaveBeenCalled();
  });

  test("rejects with what check throws", async () => {
    const broken = basicAuth({ check: () => Promise.reject(new Error("database")) });
    await expect(broken(request(basic("a:b")))).rejects.toThrow("database");
  });

  test("does not take a realm that can't stand in a header", () => {
    expect(() => basicAuth({ realm: "a\r\nB: c", check: () => false })).toThrow(TypeError);
    expect(() => basicAuth({ realm: "é", check: () => false })).toThrow("printable ASCII");
    expect(basicAuth({ check: () => false }).challenge).toBe(
      'Basic realm="WebSocket", charset="UTF-8"',
    );
  });
});

describe("bearerAuth", () => {
  const hook = bearerAuth({ check: (token) => token === "a.b-c_~+/==" && { token } });

  test("gives the data for a valid token", async () => {
    expect(await hook(request("Bearer a.b-c_~+/=="))).toEqual({ data: { token: "a.b-c_~+/==" } });
  });

  test("says that a token is not valid, and nothing about one that is missing (RFC 6750 section 3.1)", async () => {
    expect(await challengeOf(hook(request("bearer other")))).toBe('Bearer error="invalid_token"');
    for (const value of ["Bearer", "Bearer a,b", "Basic YTpi"]) {
      expect(await challengeOf(hook(request(value))), value).toBe("Bearer");
    }
    expect(await challengeOf(hook(request()))).toBe("Bearer");
  });

  test("names its realm", async () => {
    const named = bearerAuth({ realm: "api", check: () => false });
    expect(await challengeOf(named(request("Bearer x")))).toBe(
      'Bearer realm="api", error="invalid_token"',
    );
    expect(await challengeOf(named(request()))).toBe('Bearer realm="api"');
  });
});

test("safeEqual compares text and bytes, whatever their lengths", () => {
  expect(safeEqual("é", Buffer.from("é"))).toBe(true);
  expect(safeEqual("", "")).toBe(true);
  expect(safeEqual("a", "b")).toBe(false);
  expect(safeEqual("a", "aa")).toBe(false);
});

describe("a check that returns nothing", () => {
  test.each([false, null, undefined, "", 0] as const)("refuses: %s", async (nothing) => {
    expect(await challengeOf(bearerAuth({ check: () => nothing })(request("Bearer x")))).toBe(
      'Bearer error="invalid_token"',
    );
    const hook = basicAuth({ check: async () => nothing });
    expect(await challengeOf(hook(request(basic("a:b"))))).toBe(hook.challenge);
  });

  test("is found when the hook is made, if it is no function", () => {
    const check = "none" as unknown as () => false;
    expect(() => bearerAuth({ check })).toThrow(TypeError);
    expect(() => basicAuth({ check })).toThrow(TypeError);
  });
});
