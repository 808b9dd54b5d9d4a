import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { FOREVER, NEVER, note, reply, REVALIDATE, send } from "../../../../src/hub/http/reply.ts";
import type { Reply } from "../../../../src/hub/http/reply.ts";

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

function ask(answer: Reply, method = "GET", headers: Record<string, string> = {}): Answer {
  const request = new IncomingMessage(new Socket());
  Object.assign(request, { method, headers });
  const response = new ServerResponse(request);
  let body = "";
  response.end = ((chunk?: Uint8Array) => {
    body = chunk ? Buffer.from(chunk).toString() : "";
    return response;
  }) as typeof response.end;
  send(request, response, answer);
  const head = (response as unknown as { _header: string })._header;
  const fields = head
    .split("\r\n")
    .slice(1)
    .filter((line) => line !== "")
    .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]);
  return {
    status: response.statusCode,
    headers: Object.fromEntries(fields) as object as never,
    body,
  };
}

describe("send", () => {
  const page = reply("text/html; charset=utf-8", "<p>hello", REVALIDATE);

  test("sends the whole, and what keeps it safe", () => {
    const { status, headers, body } = ask(page);
    expect(status).toBe(200);
    expect(body).toBe("<p>hello");
    expect(headers).toMatchObject({
      "Content-Type": "text/html; charset=utf-8",
      "Content-Length": "8",
      "Cache-Control": "no-cache",
      "X-Content-Type-Options": "nosniff",
      "Referrer-Policy": "no-referrer",
      "Cross-Origin-Resource-Policy": "same-origin",
    });
    const policy = String(headers["Content-Security-Policy"]);
    expect(policy).toMatch(/^default-src 'none'; /);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
  });

  test("sends only the head to whoever asks for that", () => {
    const { headers, body } = ask(page, "HEAD");
    expect(headers["Content-Length"]).toBe("8");
    expect(body).toBe("");
  });

  test.each([(tag: string) => tag, (tag: string) => `W/${tag}`, (tag: string) => `"x", ${tag}`])(
    "says that what a browser has still holds (%#)",
    (header) => {
      const tag = String(ask(page).headers["ETag"]);
      expect(tag).toMatch(/^"[0-9a-f]{16}"$/);
      const { status, body } = ask(page, "GET", { "if-none-match": header(tag) });
      expect([status, body]).toEqual([304, ""]);
    },
  );

  test("sends what has changed", () => {
    expect(ask(page, "GET", { "if-none-match": '"0000000000000000"' }).status).toBe(200);
  });

  test("has no tag for what differs each time", () => {
    expect(ask(reply("application/json", "{}", NEVER)).headers).not.toHaveProperty("ETag");
    expect(ask(reply("text/css", "", FOREVER)).headers["Cache-Control"]).toContain("immutable");
  });
});

test("a note is one line of text with a status", () => {
  const { status, headers, body } = ask(note(405, "No.", { Allow: "GET" }));
  expect(status).toBe(405);
  expect(headers).toMatchObject({ Allow: "GET", "Content-Type": "text/plain; charset=utf-8" });
  expect(body).toBe("No.\n");
});
