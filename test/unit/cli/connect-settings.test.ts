import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { readArguments } from "../../../src/cli/arguments.ts";
import type { Arguments } from "../../../src/cli/arguments.ts";
import { CONNECT } from "../../../src/cli/connect-command.ts";
import { readSettings } from "../../../src/cli/connect-settings.ts";
import type { ConnectSettings } from "../../../src/cli/connect-settings.ts";
import { certificate } from "../../support/certificates.ts";
import { scratchFolder, writeFiles } from "../../support/scratch.ts";

const folder = scratchFolder();
const { cert, key } = certificate("client");
writeFiles(folder, {
  "cert.pem": cert,
  "key.pem": key,
  "both.pem": cert + key,
  token: " s3cret\n",
});
writeFiles(folder, { empty: "\n", "bad-token": "two words" });
const path = (name: string): string => join(folder, name);

const env = { TOKEN: "s3cret", EMPTY: "", BROKEN: "a\r\nX: y" };

function read(...words: string[]): ConnectSettings {
  const url = words.some((word) => /^wss?:/.test(word)) ? [] : ["wss://example.com/"];
  return readSettings(readArguments(CONNECT, [...words, ...url]) as Arguments, { env });
}

describe("readSettings", () => {
  test("has defaults for everything", () => {
    const settings = read("wss://example.com/");
    expect(settings).toMatchObject({
      url: "wss://example.com/",
      mode: "text",
      raw: false,
      wait: 1000,
      timeout: 10_000,
      trace: false,
      warnings: [],
    });
    expect(settings.options).toEqual({
      headers: [],
      subprotocols: [],
      origin: undefined,
      compression: true,
      maxMessage: 16 * 1024 * 1024,
      openTimeout: 10_000,
      closeTimeout: 10_000,
      tls: {},
    });
  });

  test("reads header fields, their values trimmed and with colons", () => {
    const { options } = read("-H", "X-A: b: c ", "--header", "Cookie:d");
    expect(options.headers).toEqual([
      ["X-A", "b: c"],
      ["Cookie", "d"],
    ]);
  });

  test.each(["s3cret", ": s3cret", ""])(
    "refuses the header field %j without showing it",
    (field) => {
      expect(() => read(`--header=${field}`)).toThrow("--header takes 'name: value'");
    },
  );

  test("reads the modes, the durations and the rest", () => {
    const words = ["--json", "--timeout", "5", "--max-message", "9", "--no-compress", "--trace"];
    const settings = read(
      ...words,
      "--origin",
      "https://a.b",
      "--subprotocol=x",
      "--subprotocol=y",
    );
    expect(settings).toMatchObject({ mode: "json", timeout: 5, trace: true });
    expect(settings.options).toMatchObject({
      subprotocols: ["x", "y"],
      origin: "https://a.b",
      compression: false,
      maxMessage: 9,
      openTimeout: 5,
      closeTimeout: 5,
    });
    expect(read("--binary", "--raw")).toMatchObject({ mode: "binary", raw: true });
    expect(read("--wait", "0").wait).toBe(0);
    expect(read("--wait", "forever").wait).toBe(Infinity);
  });

  test.each([
    [["--binary", "--json"], "--binary and --json exclude each other"],
    [["--json", "--raw"], "--json and --raw exclude each other"],
    [["--compress", "--no-compress"], "--compress and --no-compress exclude each other"],
    [["--ca", "x", "--insecure"], "--ca and --insecure exclude each other"],
    [["--timeout", "0"], "--timeout takes a whole number from 1 to 2147483647"],
    [["--wait", "never"], '--wait takes a whole number from 0 to 2147483647, or "forever"'],
  ])("refuses %j", (words, message) => {
    expect(() => read(...words)).toThrow(message);
  });

  test.each(["localhost:8000", "user:s3cret@host", "ftp://user:s3cret@host", "", "ws:host"])(
    "refuses %j as a URL, without showing it",
    (url) => {
      const given = readArguments(CONNECT, [url]) as Arguments;
      expect(() => readSettings(given, { env })).toThrow(
        "the URL has to begin with ws://, wss:// or ws+unix:",
      );
    },
  );

  test.each(["ws://a", "WSS://a", "http://a", "https://a", "ws+unix:/a"])("takes %s", (url) => {
    const given = readArguments(CONNECT, [url]) as Arguments;
    expect(readSettings(given, { env }).url).toBe(url);
  });
});

describe("a token", () => {
  test.each([
    ["--token-env", "TOKEN"],
    ["--token-file", path("token")],
  ])("of %s becomes a header field", (option, value) => {
    expect(read(option, value).options.headers).toEqual([["Authorization", "Bearer s3cret"]]);
  });

  test.each([
    ["--token-env", "MISSING", "there is no token in MISSING"],
    ["--token-env", "EMPTY", "there is no token in EMPTY"],
    ["--token-env", "constructor", "there is no token in constructor"],
    ["--token-env", "BROKEN", "that is no token"],
    ["--token-file", path("missing"), "ENOENT"],
    ["--token-file", path("empty"), "there is no token in"],
    ["--token-file", path("bad-token"), "that is no token"],
  ])("of %s %s is refused", (option, value, message) => {
    expect(() => read(option, value)).toThrow(new RegExp(`^${option}: ${message}`));
  });

  test("may come from one place only", () => {
    expect(() => read("--token-env", "TOKEN", "--token-file", path("token"))).toThrow("exclude");
    expect(() => read("--token-env", "TOKEN", "-H", "authorization: x")).toThrow(
      "there is a token, and a header field Authorization too",
    );
  });

  test("that goes over the network unencrypted is worth a warning", () => {
    expect(read("--token-env", "TOKEN", "ws://example.com").warnings).toEqual([
      "the token is sent unencrypted",
    ]);
    for (const url of [
      "ws://localhost:1",
      "ws://127.0.0.1",
      "ws://[::1]/",
      "ws://a.localhost",
      "wss://x",
    ]) {
      expect(read("--token-env", "TOKEN", url).warnings).toEqual([]);
    }
  });
});

describe("certificates", () => {
  test("are read from files", () => {
    const { options } = read(
      "--ca",
      path("cert.pem"),
      "--cert",
      path("cert.pem"),
      "--key",
      path("key.pem"),
    );
    expect(options.tls).toEqual({
      ca: Buffer.from(cert),
      cert: Buffer.from(cert),
      key: Buffer.from(key),
    });
  });

  test("may have their key in the same file", () => {
    expect(read("--cert", path("both.pem")).options.tls).toEqual({
      cert: Buffer.from(cert + key),
      key: Buffer.from(cert + key),
    });
  });

  test("are not verified if the user says so, with a warning", () => {
    const { options, warnings } = read("--insecure");
    expect(options.tls).toEqual({ rejectUnauthorized: false });
    expect(warnings).toEqual(["the server's certificate is not verified"]);
  });

  test.each([
    [["--ca", path("missing")], /^--ca: ENOENT/],
    [["--key", path("key.pem")], /^--key is of no use without --cert/],
    [["--cert", path("cert.pem")], /^the certificates or the key: /],
    [["--cert", path("token")], /^the certificates or the key: /],
    [["--cert", path("cert.pem"), "--key", path("token")], /^the certificates or the key: /],
  ])("are refused when they make no sense: %j", (words, message) => {
    expect(() => read(...words)).toThrow(message);
  });
});
