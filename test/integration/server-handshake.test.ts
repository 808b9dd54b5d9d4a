import { describe, expect, test } from "vitest";
import { clientFrame, SAMPLE_ACCEPT, upgradeRequest } from "../support/raw-client.ts";
import type { RequestHeaders } from "../support/raw-client.ts";
import { echo, startServer } from "../support/running-server.ts";

/** What the server answers to a request for `path` with these headers. */
async function ask(
  running: Awaited<ReturnType<typeof startServer>>,
  path = "/",
  headers: RequestHeaders = {},
  method = "GET",
) {
  const client = await running.connect();
  const response = await client.ask(upgradeRequest(path, headers, method));
  if (response.status !== 101) await client.rest();
  return response;
}

describe("a handshake that is right", () => {
  test("is answered 101, and nothing more than is needed", async () => {
    const { status, statusText, headers } = await ask(await startServer());
    expect([status, statusText]).toEqual([101, "Switching Protocols"]);
    expect([...headers]).toEqual([
      ["upgrade", "websocket"],
      ["connection", "Upgrade"],
      ["sec-websocket-accept", SAMPLE_ACCEPT],
    ]);
  });

  test("may say more in Connection and Upgrade, in any case", async () => {
    const headers = { Connection: "keep-alive, UPGRADE", Upgrade: "WebSocket" };
    expect((await ask(await startServer(), "/", headers)).status).toBe(101);
  });

  test("may bring frames along, which are answered after it", async () => {
    const { connect } = await startServer();
    const client = await connect();
    const early = Buffer.concat([clientFrame(9, "ping"), clientFrame(1, "early")]);
    const response = await client.ask(Buffer.concat([Buffer.from(upgradeRequest()), early]));
    expect(response.status).toBe(101);
    expect((await client.read(13)).toString("hex")).toBe("8a0470696e6781056561726c79");
  });

  test("gets a subprotocol of the server's list, in the server's order, and never an echo", async () => {
    const running = await startServer(echo, { subprotocols: ["b", "a"] });
    const offer = async (value: string): Promise<string | undefined> => {
      const { status, headers } = await ask(running, "/", { "Sec-WebSocket-Protocol": value });
      expect(status).toBe(101);
      return headers.get("sec-websocket-protocol");
    };
    expect(await offer("a, b")).toBe("b");
    expect(await offer("x, a")).toBe("a");
    expect(await offer("bearer-secret")).toBeUndefined();
    const without = await startServer();
    const { headers } = await ask(without, "/", { "Sec-WebSocket-Protocol": "bearer-secret" });
    expect(headers.has("sec-websocket-protocol")).toBe(false);
  });

  test("gets compression without context takeover, if it offers any", async () => {
    const offer = { "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits" };
    const { headers } = await ask(await startServer(), "/", offer);
    expect(headers.get("sec-websocket-extensions")).toBe(
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
    );
    const plain = await ask(await startServer(echo, { compression: false }), "/", offer);
    expect(plain.headers.has("sec-websocket-extensions")).toBe(false);
  });

  test("may offer extensions named like prototypes (GHSA-5v72-xg48-5rpm)", async () => {
    const offer = "constructor, __proto__; __proto__=1, toString; constructor";
    const { status, headers } = await ask(await startServer(), "/?__proto__=1&constructor=2", {
      "Sec-WebSocket-Extensions": offer,
      constructor: "x",
      hasOwnProperty: "y",
    });
    expect(status).toBe(101);
    expect(headers.has("sec-websocket-extensions")).toBe(false);
  });
});

describe("a handshake that is wrong (CVE-2020-7693)", () => {
  const cases: [string, number, RequestHeaders, string?, string?][] = [
    ["another method", 405, {}, "/", "POST"],
    ["no key", 400, { "Sec-WebSocket-Key": undefined }],
    ["a key that is no base64", 400, { "Sec-WebSocket-Key": "%%%%%%%%%%%%%%%%%%%%%%==" }],
    ["a short key", 400, { "Sec-WebSocket-Key": "c2hvcnQ=" }],
    [
      "two keys",
      400,
      { "Sec-WebSocket-Key": ["dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ=="] },
    ],
    ["an old version", 426, { "Sec-WebSocket-Version": "8" }],
    ["no version", 426, { "Sec-WebSocket-Version": undefined }],
    ["two versions", 426, { "Sec-WebSocket-Version": ["13", "8"] }],
    ["a malformed subprotocol", 400, { "Sec-WebSocket-Protocol": "a,,b c" }],
    ["a malformed extension", 400, { "Sec-WebSocket-Extensions": 'a; b="' }],
    ["no Host", 400, { Host: undefined }],
    ["two Hosts", 400, { Host: ["localhost", "localhost"] }],
    ["a malformed Host", 400, { Host: "a b" }],
    ["a malformed path", 400, {}, "/%zz"],
    ["too many headers (CVE-2024-37890)", 431, { "X-A": Array.from({ length: 2500 }, () => "") }],
  ];
  test.each(cases)("%s: %i", async (_name, status, headers, path, method) => {
    const running = await startServer();
    const response = await ask(running, path, headers, method);
    expect(response.status).toBe(status);
    expect(response.headers.get("connection")).toMatch(/close$/);
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(response.body).toMatch(/^[A-Z].*\.\n$/);
    expect(running.logger.of("info", "warn", "error")).toEqual([
      `info: listening on ${running.server.url}`,
    ]);
  });

  test("405 names the method, and 426 the protocol and version", async () => {
    const running = await startServer();
    expect((await ask(running, "/", {}, "PUT")).headers.get("allow")).toBe("GET");
    const { headers } = await ask(running, "/", { "Sec-WebSocket-Version": "14" });
    expect(headers.get("upgrade")).toBe("websocket");
    expect(headers.get("connection")).toBe("Upgrade, close");
    expect(headers.get("sec-websocket-version")).toBe("13");
  });

  test("HTTP/1.0: 505", async () => {
    const { connect } = await startServer();
    const client = await connect();
    const request = upgradeRequest().replace("HTTP/1.1", "HTTP/1.0");
    expect((await client.ask(request)).status).toBe(505);
  });
});

describe("routes", () => {
  test("lead to their handlers, with parameters", async () => {
    const seen: unknown[] = [];
    const note = (name: string) => (_connection: unknown, params: unknown) => {
      seen.push([name, { ...(params as object) }]);
    };
    const running = await startServer({
      "/": note("root"),
      "/chat/:room": note("room"),
      "/chat/lobby": note("lobby"),
      "/files/*": note("files"),
    });
    const paths = [
      "/",
      "/?x=1",
      "/chat/blue%20room?y",
      "/chat/lobby",
      "/files/a/b",
      "/chat/__proto__",
    ];
    for (const path of paths) expect((await ask(running, path)).status, path).toBe(101);
    expect(seen).toEqual([
      ["root", {}],
      ["root", {}],
      ["room", { room: "blue room" }],
      ["lobby", {}],
      ["files", { "*": "a/b" }],
      ["room", { room: "__proto__" }],
    ]);
  });

  test("that are not there: 404", async () => {
    const running = await startServer({ "/chat/:room": echo });
    for (const path of [
      "/",
      "/chat",
      "/chat/",
      "/chat/a/b",
      "/__proto__",
      "*",
      "http://localhost/chat/a",
    ]) {
      expect((await ask(running, path)).status, path).toBe(404);
    }
  });
});

describe("Host on a server that is bound to loopback (DNS rebinding)", () => {
  test("has to be a name of loopback, or one of hosts", async () => {
    const running = await startServer(echo, { hosts: ["app.example"] });
    for (const Host of [
      "localhost:1",
      "127.0.0.1",
      "[::1]:80",
      "app.localhost",
      "app.example:443",
    ]) {
      expect((await ask(running, "/", { Host })).status, Host).toBe(101);
    }
    const evil = await ask(running, "/", { Host: "evil.example" });
    expect([evil.status, evil.body]).toEqual([403, "The server does not answer to this Host.\n"]);
    expect(running.logger.of("warn")).toEqual([
      expect.stringMatching(
        /^warn: refused Host "evil\.example" from 127\.0\.0\.1: .* option hosts/,
      ),
    ]);
  });

  test("may be anything on a server that is bound to all addresses", async () => {
    const running = await startServer(echo, { host: "0.0.0.0" });
    expect((await ask(running, "/", { Host: "evil.example" })).status).toBe(101);
  });
});

describe("Origin (cross-site WebSocket hijacking)", () => {
  test("has to be the Host's, where there is one", async () => {
    const running = await startServer();
    expect(
      (await ask(running, "/", { Host: "localhost:1", Origin: "http://localhost:1" })).status,
    ).toBe(101);
    for (const Origin of ["http://evil.example", "http://localhost", "null", ""]) {
      const { status, body } = await ask(running, "/", { Host: "localhost:1", Origin });
      expect([status, body], Origin).toEqual([403, "This Origin may not connect.\n"]);
    }
    const twice = await ask(running, "/", { Origin: ["http://localhost", "http://localhost"] });
    expect(twice.status).toBe(403);
  });

  test("has to be in the list, where there is one", async () => {
    const running = await startServer(echo, {
      origins: ["https://app.example", /https:\/\/\w+\.example\.org/],
    });
    for (const Origin of ["https://app.example", "https://a.example.org"]) {
      expect((await ask(running, "/", { Origin })).status, Origin).toBe(101);
    }
    for (const Origin of ["http://localhost", "https://a.example.org.evil.example", "null"]) {
      expect((await ask(running, "/", { Origin })).status, Origin).toBe(403);
    }
    expect(running.logger.of("warn")).toEqual([expect.stringContaining("the option origins")]);
  });
});

describe("proxies", () => {
  const forwarded = {
    "X-Forwarded-For": "192.0.2.1",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "app.example",
    Origin: "https://app.example",
  };

  test("are believed when they are trusted", async () => {
    const seen: unknown[] = [];
    const running = await startServer(
      ({ request }) => {
        const { remoteAddress, secure, host, origin } = request;
        seen.push({ remoteAddress, secure, host, origin });
      },
      { trustProxy: ["loopback"], hosts: ["app.example"] },
    );
    expect((await ask(running, "/", forwarded)).status).toBe(101);
    expect(seen).toEqual([
      {
        remoteAddress: "192.0.2.1",
        secure: true,
        host: "app.example",
        origin: "https://app.example",
      },
    ]);
  });

  test("are not when they are not, and the log names the option", async () => {
    const running = await startServer();
    expect((await ask(running, "/", forwarded)).status).toBe(403);
    expect(running.logger.of("warn")).toEqual([
      expect.stringMatching(/X-Forwarded-Host says that it is ours, but the option trustProxy/),
    ]);
  });
});

test("nothing secret gets into the log", async () => {
  const running = await startServer(echo, { origins: [] });
  const secrets = { Authorization: "Bearer s3cret", Cookie: "session=s3cret" };
  await ask(running, "/a?token=s3cret", { ...secrets, Origin: "http://x.example" });
  await ask(running, "/b?token=s3cret", { ...secrets, Host: "evil.example" });
  await ask(running, "/%zz?token=s3cret", secrets);
  await ask(running, "/c?token=s3cret", { ...secrets, "Sec-WebSocket-Key": "s3cret" });
  await ask(running, "/d?token=s3cret", secrets);
  expect(running.logger.lines.length).toBeGreaterThan(4);
  expect(running.logger.lines.join("\n")).not.toContain("s3cret");
});

describe("limits", () => {
  test("on connections in all: 503 with Retry-After, until one has gone", async () => {
    const { server, connect } = await startServer(echo, { maxConnections: 2 });
    const first = await connect();
    await first.ask(upgradeRequest());
    await (await connect()).ask(upgradeRequest());
    const refused = await (await connect()).ask(upgradeRequest());
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "5"]);
    const [connection] = [...server.connections];
    first.close();
    await connection?.closed;
    expect((await (await connect()).ask(upgradeRequest())).status).toBe(101);
  });

  test("on connections of an address: 429, whatever it claims through no trusted proxy", async () => {
    const { connect } = await startServer(echo, { maxConnectionsPerAddress: 1 });
    expect((await (await connect()).ask(upgradeRequest())).status).toBe(101);
    const spoofed = upgradeRequest("/", { "X-Forwarded-For": "192.0.2.1" });
    expect((await (await connect()).ask(spoofed)).status).toBe(429);
  });

  test("on connections of an address behind a trusted proxy count the client's", async () => {
    const { connect } = await startServer(echo, {
      maxConnectionsPerAddress: 1,
      trustProxy: ["loopback"],
    });
    const from = async (address: string): Promise<number> => {
      const request = upgradeRequest("/", { "X-Forwarded-For": address });
      return (await (await connect()).ask(request)).status;
    };
    expect(await from("192.0.2.1")).toBe(101);
    expect(await from("192.0.2.2")).toBe(101);
    expect(await from("192.0.2.1")).toBe(429);
  });

  test("are not used up by handshakes that are refused", async () => {
    const running = await startServer({ "/a": echo }, { maxConnections: 1 });
    for (let time = 0; time < 3; time++) expect((await ask(running, "/b")).status).toBe(404);
    expect((await ask(running, "/a")).status).toBe(101);
  });
});
