import { duplexPair } from "node:stream";
import { describe, expect, test } from "vitest";
import {
  endSocket,
  formatAnswer,
  formatHead,
  isResponse,
  refusalAnswer,
  responseAnswer,
} from "../../../src/server/refusal.ts";
import { FakeClock } from "../../../src/testing/fake-clock.ts";

/** The lines of a response, without the date. */
function lines(bytes: Buffer): string[] {
  const all = bytes.toString("latin1").split("\r\n");
  const date = all.find((line) => line.startsWith("Date: ")) ?? "";
  expect(new Date(date.slice("Date: ".length)).getTime()).toBeGreaterThan(0);
  return all.filter((line) => line !== date);
}

describe("a response", () => {
  test("of the server says why, and closes", () => {
    const refusal = { status: 403, headers: [["X-A", "b"]] as [string, string][], message: "No." };
    expect(lines(formatAnswer(refusalAnswer(refusal)))).toEqual([
      "HTTP/1.1 403 Forbidden",
      "Connection: close",
      "Content-Length: 4",
      "X-A: b",
      "Content-Type: text/plain; charset=utf-8",
      "",
      "No.\n",
    ]);
  });

  test("names Upgrade in Connection (RFC 9110 section 7.8)", () => {
    const headers: [string, string][] = [
      ["upgrade", "websocket"],
      ["Connection", "Upgrade"],
    ];
    const [, connection] = lines(formatAnswer({ status: 426, headers, body: Buffer.of() }));
    expect(connection).toBe("Connection: Upgrade, close");
  });

  test("of the application is sent as it is, but for what frames it", async () => {
    const response = new Response("né", {
      status: 418,
      statusText: "Short",
      headers: [
        ["Set-Cookie", "a=1"],
        ["Set-Cookie", "b=2"],
        ["Connection", "keep-alive"],
        ["Content-Length", "99"],
        ["Transfer-Encoding", "chunked"],
        ["Date", "never"],
      ],
    });
    expect(lines(formatAnswer(await responseAnswer(response)))).toEqual([
      "HTTP/1.1 418 Short",
      "Connection: close",
      "Content-Length: 3",
      "content-type: text/plain;charset=UTF-8",
      "set-cookie: a=1",
      "set-cookie: b=2",
      "",
      "n\u00c3\u00a9",
    ]);
  });

  test.each([204, 304])("with status %i has no body and no length", async (status) => {
    const answer = await responseAnswer(new Response(null, { status }));
    const text = formatAnswer({ ...answer, body: Buffer.from("x") }).toString();
    expect(text).not.toContain("Content-Length");
    expect(text.endsWith("\r\n\r\n")).toBe(true);
  });

  test("can be of another implementation", () => {
    expect(isResponse({ status: 401, arrayBuffer: () => {}, headers: [] })).toBe(true);
    for (const value of [
      undefined,
      null,
      {},
      { status: 401 },
      { data: 1 },
      "x",
      { status: "401" },
    ]) {
      expect(isResponse(value)).toBe(false);
    }
  });
});

test("nothing gets into a head that would end a line (CVE-2026-1527)", () => {
  expect(formatHead(101, [["A", "b"]])).toBe("HTTP/1.1 101 Switching Protocols\r\nA: b\r\n\r\n");
  expect(() => formatHead(101, [["A", "b\r\nC: d"]])).toThrow(TypeError);
  expect(() => formatHead(101, [["A\r\nB", "b"]])).toThrow(TypeError);
  expect(() => formatHead(101, [["", "b"]])).toThrow(TypeError);
  expect(() => formatHead(200, [], "OK\r\nA: b")).toThrow(TypeError);
});

describe("endSocket", () => {
  test("writes, ends, and reads on so that the peer gets to see it", async () => {
    const [ours, theirs] = duplexPair();
    const clock = new FakeClock();
    theirs.write("unread");
    const received: string[] = [];
    theirs.on("data", (chunk: Buffer) => received.push(chunk.toString()));
    const ended = new Promise((resolve) => theirs.once("end", resolve));
    endSocket(ours, clock, Buffer.from("bye"));
    await ended;
    expect(received).toEqual(["bye"]);
    theirs.end();
    await new Promise((resolve) => ours.once("close", resolve));
    expect(clock.timers).toBe(0);
  });

  test("waits only so long for the peer to hang up", async () => {
    const [ours, theirs] = duplexPair();
    const clock = new FakeClock();
    theirs.on("error", () => {});
    endSocket(ours, clock);
    const closed = new Promise((resolve) => ours.once("close", resolve));
    clock.advance(1999);
    expect(ours.destroyed).toBe(false);
    clock.advance(1);
    await closed;
    expect(clock.timers).toBe(0);
  });

  test("does nothing for a socket that is gone", () => {
    const [ours] = duplexPair();
    const clock = new FakeClock();
    ours.destroy();
    endSocket(ours, clock, Buffer.from("bye"));
    expect(clock.timers).toBe(0);
  });
});
