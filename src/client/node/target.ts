/**
 * Where to connect to: what a URL and the options say together.
 *
 * @module
 */

/** One server and resource. */
export interface Target {
  /** As it was given, without credentials and fragment. */
  readonly url: URL;
  readonly isSecure: boolean;
  /** The value of `Authorization` that the URL's credentials make, if it has any. */
  readonly authorization: string | undefined;
  /** The Unix socket to use instead of the URL's host. */
  readonly socketPath: string | undefined;
}

const SCHEMES = new Map([
  ["ws:", "ws:"],
  ["http:", "ws:"],
  ["wss:", "wss:"],
  ["https:", "wss:"],
]);

/**
 * Reads `ws:` and `wss:` URLs (also spelled `http:` and `https:`), and `ws+unix:/path/to/socket:/resource`. A fragment is
 * dropped, as browsers do; RFC 6455 section 3 gives it no meaning.
 *
 * @throws TypeError for anything else. The message doesn't repeat the URL, which may hold a password.
 */
export function readTarget(input: string | URL, socketPath?: string, base?: URL): Target {
  const url = parse(input, base);
  if (url.protocol === "ws+unix:") return readUnixTarget(url);
  const protocol = SCHEMES.get(url.protocol);
  if (!protocol) throw new TypeError(`not the scheme of a WebSocket URL: ${url.protocol}`);
  const authorization = readCredentials(url);
  url.protocol = protocol;
  url.username = url.password = url.hash = "";
  return { url, isSecure: protocol === "wss:", authorization, socketPath };
}

function parse(input: string | URL, base?: URL): URL {
  try {
    return new URL(input, base);
  } catch {
    // The error of the platform shows the whole URL.
    throw new TypeError("the URL can't be parsed");
  }
}

function readUnixTarget(url: URL): Target {
  const { pathname, search } = url;
  const colon = pathname.indexOf(":");
  const socketPath = decode(colon < 0 ? pathname : pathname.slice(0, colon));
  if (socketPath === "") throw new TypeError("the URL has no path of a Unix socket");
  const resource = colon < 0 ? "/" : pathname.slice(colon + 1);
  const inner = parse(`ws://localhost${resource}${search}`);
  return { url: inner, isSecure: false, authorization: undefined, socketPath };
}

/** RFC 7617 section 2, with UTF-8. */
function readCredentials({ username, password }: URL): string | undefined {
  if (username === "" && password === "") return undefined;
  const credentials = `${decode(username)}:${decode(password)}`;
  return `Basic ${Buffer.from(credentials, "utf8").toString("base64")}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Scheme, host and port, for messages and comparison. */
export function originOf({ url }: Target): string {
  return `${url.protocol}//${url.host}`;
}
