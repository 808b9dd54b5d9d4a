/**
 * From the options of `fullduplex connect` to those of the library's `connect`.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import type { ConnectionOptions as TlsOptions } from "node:tls";

import type { ConnectOptions } from "../client/node/index.ts";
import { MAX_DURATION, UsageError } from "./arguments.ts";
import type { Arguments, OptionSpec } from "./arguments.ts";
import type { Io } from "./io.ts";
import type { Mode } from "./payload.ts";

/** What `fullduplex connect` was told. Durations are milliseconds. */
export interface ConnectSettings {
  readonly url: string;
  readonly mode: Mode;
  /** Messages are written as they came. */
  readonly raw: boolean;
  /** How long nothing may come before the connection is closed, after the end of the input. */
  readonly wait: number;
  readonly timeout: number;
  readonly trace: boolean;
  readonly options: ConnectOptions;
  /** What the user should know before. */
  readonly warnings: readonly string[];
}

const TIMEOUT = 10_000;
const WAIT = 1000;
const MAX_MESSAGE = 16 * 1024 * 1024;

export const CONNECT_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  header: {
    short: "H",
    value: "'name: value'",
    multiple: true,
    help: "Send a header field. May be repeated.",
  },
  subprotocol: {
    value: "name",
    multiple: true,
    help: "Offer a subprotocol. May be repeated, the preferred one first.",
  },
  origin: { value: "origin", help: "Send an Origin, as a browser would." },
  "token-env": {
    value: "name",
    help: "Send the value of an environment variable as a Bearer token.",
  },
  "token-file": { value: "path", help: "Send the content of a file as a Bearer token." },
  binary: {
    help: "Messages are binary: lines are hexadecimal, or base64: and base64.",
  },
  json: { help: "Messages are JSON: checked before they are sent, and shown indented." },
  raw: { help: "Write messages exactly as they came, when the output is no terminal." },
  wait: {
    value: "ms",
    help: `After the end of piped input, close when nothing came for so long, or "forever". Default: ${WAIT}.`,
  },
  timeout: {
    value: "ms",
    help: `Give up connecting, or closing, after so long. Default: ${TIMEOUT}.`,
  },
  "max-message": {
    value: "bytes",
    help: `The longest message to receive. Default: ${MAX_MESSAGE}.`,
  },
  compress: { help: "Offer compression. This is the default." },
  "no-compress": { help: "Offer no compression." },
  ca: { value: "path", help: "Trust the certificates in this PEM file, and no others." },
  cert: { value: "path", help: "Present the certificate in this PEM file." },
  key: { value: "path", help: "The certificate's private key. Default: in the file of --cert." },
  insecure: { help: "Accept any certificate of the server's." },
  trace: { help: "Write each frame, as it is on the wire, to the standard error." },
};

/** @throws UsageError for options that make no sense, and for files that can't be read. */
export function readSettings(given: Arguments, { env }: Pick<Io, "env">): ConnectSettings {
  given.atMostOneOf("binary", "json");
  given.atMostOneOf("json", "raw");
  given.atMostOneOf("compress", "no-compress");
  const [url = ""] = given.operands;
  checkUrl(url);
  const timeout = given.integer("timeout", 1, MAX_DURATION) ?? TIMEOUT;
  const token = readToken(given, env);
  const tls = readTls(given);
  const warnings: string[] = [];
  if (token !== undefined && isPlain(url)) warnings.push("the token is sent unencrypted");
  if (given.has("insecure")) warnings.push("the server's certificate is not verified");
  return {
    url,
    mode: given.has("json") ? "json" : given.has("binary") ? "binary" : "text",
    raw: given.has("raw"),
    wait: readWait(given),
    timeout,
    trace: given.has("trace"),
    warnings,
    options: {
      headers: readHeaders(given, token),
      subprotocols: given.texts("subprotocol"),
      origin: given.text("origin"),
      compression: !given.has("no-compress"),
      maxMessage: given.integer("max-message", 1, Number.MAX_SAFE_INTEGER) ?? MAX_MESSAGE,
      openTimeout: timeout,
      closeTimeout: timeout,
      tls,
    },
  };
}

/** (`localhost:8000` would be a URL with the scheme `localhost`.) The message doesn't repeat what may hold a password. */
function checkUrl(url: string): void {
  if (/^(?:(?:ws|http)s?:\/\/|ws\+unix:)/i.test(url)) return;
  throw new UsageError("the URL has to begin with ws://, wss:// or ws+unix:");
}

function readWait(given: Arguments): number {
  if (given.text("wait") === "forever") return Infinity;
  try {
    return given.integer("wait", 0, MAX_DURATION) ?? WAIT;
  } catch {
    throw new UsageError(`--wait takes a whole number from 0 to ${MAX_DURATION}, or "forever"`);
  }
}

function readHeaders(given: Arguments, token: string | undefined): [name: string, value: string][] {
  const headers = given.texts("header").map((field): [string, string] => {
    const colon = field.indexOf(":");
    // The value may be a secret: it isn't shown.
    if (colon <= 0) throw new UsageError("--header takes 'name: value'");
    return [field.slice(0, colon), field.slice(colon + 1).trim()];
  });
  if (token === undefined) return headers;
  if (headers.some(([name]) => name.toLowerCase() === "authorization")) {
    throw new UsageError("there is a token, and a header field Authorization too");
  }
  return [...headers, ["Authorization", `Bearer ${token}`]];
}

function readToken(given: Arguments, env: Io["env"]): string | undefined {
  given.atMostOneOf("token-env", "token-file");
  const variable = given.text("token-env");
  const path = given.text("token-file");
  if (variable === undefined && path === undefined) return undefined;
  const option = path === undefined ? "--token-env" : "--token-file";
  const source = path === undefined ? readVariable(env, variable) : readFile(option, path);
  const token = source.toString().trim();
  if (token === "") throw new UsageError(`${option}: there is no token in ${path ?? variable}`);
  // What else there is would end up in an error of Node's, or break the header field.
  if (!/^[\x21-\x7e]+$/.test(token)) throw new UsageError(`${option}: that is no token`);
  return token;
}

/** (`process.env` has the properties of every object, too.) */
function readVariable(env: Io["env"], name = ""): string {
  return (Object.hasOwn(env, name) && env[name]) || "";
}

function readTls(given: Arguments): TlsOptions {
  given.atMostOneOf("ca", "insecure");
  const [ca, cert, key] = ["ca", "cert", "key"].map((name) => {
    const path = given.text(name);
    return path === undefined ? undefined : readFile(`--${name}`, path);
  });
  if (key && !cert) throw new UsageError("--key is of no use without --cert");
  const identity = { ...(ca && { ca }), ...(cert && { cert, key: key ?? cert }) };
  try {
    createSecureContext(identity);
  } catch (error) {
    throw new UsageError(`the certificates or the key: ${(error as Error).message}`);
  }
  return { ...identity, ...(given.has("insecure") && { rejectUnauthorized: false }) };
}

function readFile(option: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(`${option}: ${(error as Error).message}`);
  }
}

/** Whether others can listen to what is sent to this URL. */
function isPlain(url: string): boolean {
  if (!/^(?:ws|http):/i.test(url)) return false;
  const { hostname } = new URL(url);
  return !/^(?:localhost|.*\.localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}
