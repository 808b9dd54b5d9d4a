import { describe, expect, test } from "vitest";
import { HttpHeaders } from "../../../src/http/headers.ts";
import { explainHost, explainOrigin, Hints } from "../../../src/server/hints.ts";
import type { RefusedRequest } from "../../../src/server/hints.ts";
import { RecordingLogger } from "../../support/recording-logger.ts";

function request(changes: Partial<RefusedRequest> & { raw?: string[] } = {}): RefusedRequest {
  const headers = new HttpHeaders(changes.raw ?? []);
  return { headers, from: "10.0.0.1", host: "internal:8080", trusted: false, ...changes };
}

const FORWARDED = ["X-Forwarded-For", "192.0.2.1", "X-Forwarded-Host", "example.com"];

describe("a refused Origin", () => {
  test("names origins where there is no proxy", () => {
    expect(explainOrigin("http://a.example", request())).toEqual([
      "origins",
      'refused Origin "http://a.example" at Host "internal:8080" from 10.0.0.1: to let pages from there connect, name it in the option origins',
    ]);
    expect(explainOrigin("http://a.example", request({ raw: FORWARDED, trusted: true }))[0]).toBe(
      "origins",
    );
  });

  test("names trustProxy where it equals what an untrusted proxy says is the Host", () => {
    const [option, line] = explainOrigin("https://example.com", request({ raw: FORWARDED }));
    expect(option).toBe("trustProxy");
    expect(line).toContain(
      "X-Forwarded-Host says that it is ours, but the option trustProxy does not name this proxy",
    );
  });

  test("names trustProxy where an untrusted proxy stands before us", () => {
    const [option, line] = explainOrigin("https://other.example", request({ raw: FORWARDED }));
    expect(option).toBe("trustProxy");
    expect(line).toContain("X-Forwarded headers are ignored");
    expect(explainOrigin("https://a", request({ raw: ["X-Forwarded-For", "x"] }))[0]).toBe(
      "trustProxy",
    );
  });
});

describe("a refused Host", () => {
  test("names hosts, and trustProxy if a proxy is not trusted", () => {
    expect(explainHost(request({ host: "evil.example" }))).toEqual([
      "hosts",
      'refused Host "evil.example" from 10.0.0.1: if the server is to answer to it, name it in the option hosts',
    ]);
    const [option, line] = explainHost(request({ raw: FORWARDED }));
    expect(option).toBe("hosts");
    expect(line).toContain("name it in the option hosts, and the proxy in the option trustProxy");
    expect(explainHost(request({ raw: FORWARDED, trusted: true }))[1]).not.toContain("trustProxy");
  });
});

test("what a peer sent can't forge lines of the log", () => {
  const [, line] = explainOrigin(`x\r\nerror: \u001b[31m\u009b\u2028${"y".repeat(500)}`, request());
  // eslint-disable-next-line no-control-regex -- that is what must not be there
  expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/);
  expect(line.length).toBeLessThan(500);
});

test("only the first hint about each option is a warning", () => {
  const logger = new RecordingLogger();
  const hints = new Hints(logger);
  hints.give(["origins", "one"]);
  hints.give(["origins", "two"]);
  hints.give(["hosts", "three"]);
  expect(logger.lines).toEqual(["warn: one", "debug: two", "warn: three"]);
});
